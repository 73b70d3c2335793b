"""BEAM processes on Trio: processes, mailboxes, links, monitors, timers, servers, supervisors.

The semantics are Erlang's, the manners are Trio's. Useful without any web: see docs/runtime.md.

This is the door. Four modules behind it are public besides: `faults` (whose an exception is) and `functions` (what
calling an async or a plain function comes down to) for code that runs other people's, `turns` for another scheduler,
`main_stack` (where the main thread stands) for whoever ends a program by force.
"""

from actorlive.results import Error, Ok
from actorlive.runtime.context import calling_pid, current_node, enter_node, entering
from actorlive.runtime.errors import (
    CallError,
    NameTaken,
    NodeClosed,
    NodeFailed,
    NoProcess,
    NotAProcess,
    ProcessExit,
    ReceiveTimeout,
    RuntimeMisuse,
    StartError,
)
from actorlive.runtime.mailbox import Destination, receive, send
from actorlive.runtime.node import Node, NodeStatistics
from actorlive.runtime.node_local import NodeLocal
from actorlive.runtime.observer import (
    ProcessStatistics,
    TraceEvent,
    Tracer,
    armed_timers,
    memory,
    owned,
    processes,
    statistics,
)
from actorlive.runtime.opening import open_node
from actorlive.runtime.otp.children import ChildSpec, child_spec
from actorlive.runtime.otp.dynamic import DynamicSupervisor, TaskSupervisor
from actorlive.runtime.otp.groups import GroupJoined, GroupLeft, ProcessGroups
from actorlive.runtime.otp.registry import Registry
from actorlive.runtime.otp.replies import TaskReply
from actorlive.runtime.otp.requests import ChildInfo
from actorlive.runtime.otp.server import (
    IGNORE,
    NO_REPLY,
    Caller,
    CallRequest,
    CastRequest,
    Continue,
    IdleTimeout,
    Server,
    Stop,
    call,
    cast,
    reply,
    stop,
)
from actorlive.runtime.otp.supervisor import Supervisor
from actorlive.runtime.otp.task import Task
from actorlive.runtime.otp.task_stream import TaskStream
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
    set_label,
    unalias,
    unlink,
)
from actorlive.runtime.results import Exit, Shutdown, is_graceful
from actorlive.runtime.signals import Down, ExitSignal
from actorlive.runtime.spawning import (
    register,
    registered,
    spawn,
    spawn_link,
    spawn_monitor,
    unregister,
    whereis,
)
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
    "IGNORE",
    "NO_REPLY",
    "CallError",
    "CallRequest",
    "Caller",
    "CastRequest",
    "ChildInfo",
    "ChildSpec",
    "Continue",
    "Destination",
    "Down",
    "DynamicSupervisor",
    "Error",
    "Exit",
    "ExitSignal",
    "GroupJoined",
    "GroupLeft",
    "IdleTimeout",
    "NameTaken",
    "NoProcess",
    "Node",
    "NodeClosed",
    "NodeFailed",
    "NodeLocal",
    "NodeStatistics",
    "NotAProcess",
    "Ok",
    "Pid",
    "Port",
    "ProcessExit",
    "ProcessGroups",
    "ProcessStatistics",
    "ReceiveTimeout",
    "Ref",
    "Registry",
    "RuntimeMisuse",
    "Server",
    "Shutdown",
    "StartError",
    "Stop",
    "Supervisor",
    "Task",
    "TaskReply",
    "TaskStream",
    "TaskSupervisor",
    "Timeout",
    "Timer",
    "TraceEvent",
    "Tracer",
    "alias",
    "alive",
    "armed_timers",
    "call",
    "calling_pid",
    "cancel_timer",
    "cast",
    "child_spec",
    "current_node",
    "dead_pid",
    "demonitor",
    "enter_node",
    "entering",
    "exit",
    "is_graceful",
    "link",
    "make_ref",
    "memory",
    "monitor",
    "open_node",
    "open_port",
    "owned",
    "process_flag",
    "processes",
    "read_timer",
    "receive",
    "register",
    "registered",
    "reply",
    "self",
    "send",
    "send_after",
    "send_interval",
    "set_label",
    "spawn",
    "spawn_link",
    "spawn_monitor",
    "start_timer",
    "statistics",
    "stop",
    "unalias",
    "unlink",
    "unregister",
    "whereis",
]
