"""BEAM processes on Trio: processes, mailboxes, links, monitors, timers, servers, supervisors.

The semantics are Erlang's, the manners are Trio's. Useful without any web: see docs/runtime.md.
"""

from actorlive.runtime.context import current_node
from actorlive.runtime.errors import (
    CallError,
    NameTaken,
    NodeClosed,
    NoProcess,
    NotAProcess,
    ProcessExit,
    ReceiveTimeout,
    RuntimeMisuse,
    StartError,
)
from actorlive.runtime.mailbox import Destination, receive, send
from actorlive.runtime.node import (
    Node,
    NodeStatistics,
    open_node,
    register,
    registered,
    spawn,
    spawn_link,
    spawn_monitor,
    unregister,
    whereis,
)
from actorlive.runtime.pid import Pid, Ref, dead_pid, make_ref
from actorlive.runtime.port import Port, open_port
from actorlive.runtime.process import (
    alias,
    alive,
    demonitor,
    exit,
    link,
    monitor,
    process_flag,
    self,
    unalias,
    unlink,
)
from actorlive.runtime.results import Error, Exit, Ok, Shutdown, is_graceful
from actorlive.runtime.signals import Down, ExitSignal
from actorlive.runtime.timers import (
    Timeout,
    Timer,
    cancel_timer,
    read_timer,
    send_after,
    send_interval,
    start_timer,
)

__all__ = [
    "CallError",
    "Destination",
    "Down",
    "Error",
    "Exit",
    "ExitSignal",
    "NameTaken",
    "NoProcess",
    "Node",
    "NodeClosed",
    "NodeStatistics",
    "NotAProcess",
    "Ok",
    "Pid",
    "Port",
    "ProcessExit",
    "ReceiveTimeout",
    "Ref",
    "RuntimeMisuse",
    "Shutdown",
    "StartError",
    "Timeout",
    "Timer",
    "alias",
    "alive",
    "cancel_timer",
    "current_node",
    "dead_pid",
    "demonitor",
    "exit",
    "is_graceful",
    "link",
    "make_ref",
    "monitor",
    "open_node",
    "open_port",
    "process_flag",
    "read_timer",
    "receive",
    "register",
    "registered",
    "self",
    "send",
    "send_after",
    "send_interval",
    "spawn",
    "spawn_link",
    "spawn_monitor",
    "start_timer",
    "unalias",
    "unlink",
    "unregister",
    "whereis",
]
