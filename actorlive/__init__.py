"""actorlive: Phoenix LiveView for Python, on Trio.

A view is an actor: one mailbox for client events, messages, async results and timers, handled one at a time.
This module is the one public door; what is used more rarely is in `actorlive.runtime`, `actorlive.pubsub` and
`actorlive.testing`. Names are loaded when they are first used: `import actorlive.runtime` brings in no web.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorlive.errors import ActorLiveError
    from actorlive.live.async_result import AsyncResult
    from actorlive.live.events import Event, RawEvent
    from actorlive.live.form import Field, Form, to_form, used_input
    from actorlive.live.js import JS
    from actorlive.live.lifecycle import Cont, Halt
    from actorlive.live.rejection import Rejected, Stale
    from actorlive.live.socket import Socket
    from actorlive.live.streams import Stream, StreamResult
    from actorlive.live.validation import validate
    from actorlive.live.view import LiveView
    from actorlive.rendered import Markup
    from actorlive.runtime import (
        Down,
        Error,
        Exit,
        Ok,
        Pid,
        Ref,
        Shutdown,
        Timer,
        cancel_timer,
        demonitor,
        exit,
        link,
        make_ref,
        monitor,
        register,
        send,
        send_after,
        spawn,
        spawn_link,
        spawn_monitor,
        unlink,
        whereis,
    )
    from actorlive.template import (
        Attrs,
        ColocatedCSS,
        ColocatedHook,
        ColocatedJS,
        Slot,
        Template,
        component,
        heex,
        render_slot,
    )
    from actorlive.web import ActorLive

__all__ = [
    "JS",
    "ActorLive",
    "ActorLiveError",
    "AsyncResult",
    "Attrs",
    "ColocatedCSS",
    "ColocatedHook",
    "ColocatedJS",
    "Cont",
    "Down",
    "Error",
    "Event",
    "Exit",
    "Field",
    "Form",
    "Halt",
    "LiveView",
    "Markup",
    "Ok",
    "Pid",
    "RawEvent",
    "Ref",
    "Rejected",
    "Shutdown",
    "Slot",
    "Socket",
    "Stale",
    "Stream",
    "StreamResult",
    "Template",
    "Timer",
    "cancel_timer",
    "component",
    "demonitor",
    "exit",
    "heex",
    "link",
    "make_ref",
    "monitor",
    "register",
    "render_slot",
    "send",
    "send_after",
    "spawn",
    "spawn_link",
    "spawn_monitor",
    "to_form",
    "unlink",
    "used_input",
    "validate",
    "whereis",
]

_HOME = {
    "actorlive.errors": "ActorLiveError",
    "actorlive.live.async_result": "AsyncResult",
    "actorlive.live.events": "Event RawEvent",
    "actorlive.live.js": "JS",
    "actorlive.live.form": "Field Form to_form used_input",
    "actorlive.live.validation": "validate",
    "actorlive.live.rejection": "Rejected Stale",
    "actorlive.live.lifecycle": "Cont Halt",
    "actorlive.live.socket": "Socket",
    "actorlive.live.streams": "Stream StreamResult",
    "actorlive.live.view": "LiveView",
    "actorlive.runtime": (
        "Down Error Exit Ok Pid Ref Shutdown Timer cancel_timer demonitor exit link make_ref "
        "monitor register send send_after spawn spawn_link spawn_monitor unlink whereis "
    ),
    "actorlive.rendered": "Markup",
    "actorlive.template": "Attrs ColocatedCSS ColocatedHook ColocatedJS Slot Template component heex render_slot",
    "actorlive.web": "ActorLive",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
