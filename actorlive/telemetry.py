"""One hook point for spans and events; a no-op until somebody attaches.

A handler is called synchronously where the event happens, on the process that it happens in, so it must
be quick and must not await. A handler that raises is detached and logged: telemetry never breaks a view.

| name                              | measurements         | metadata                          |
|-----------------------------------|----------------------|-----------------------------------|
| `live_view.mount.stop`            | `duration` (seconds) | `view`, `connected`, `socket`     |
| `live_view.handle_params.stop`    | `duration`           | `view`, `uri`                     |
| `live_view.handle_event.stop`     | `duration`           | `view`, `event`, `params`         |
| `live_view.handle_event.rejected` | –                    | `view`, `event`, `error`, `misfits` |
| `live_view.handle_event.dropped`  | –                    | `view`, `events`                  |
| `live_view.handle_info.stop`      | `duration`           | `view`, `message`                 |
| `live_view.handle_async.stop`     | `duration`           | `view`, `name`, `result`          |
| `live_view.handle_call.stop`      | `duration`           | `view`, `request`                 |
| `live_view.handle_cast.stop`      | `duration`           | `view`, `request`                 |
| `live_view.render.stop`           | `duration`           | `view`, `component`, `changed`    |
| `live_view.*.exception`           | `duration`           | the same, and `error`             |
| `live_view.crashed`               | –                    | `view`, `error`, `socket`         |
| `live_view.parked`                | –                    | `view`                            |
| `live_view.adopted`               | `waited` (seconds)   | `view`                            |
| `live_view.unadopted`             | `waited`             | `view`, `reason`                  |
| `live_view.kept.dropped`          | –                    | `view`, `what`, `why`             |
| `live_component.handle_event.stop` | `duration`          | `view`, `component`, `event`, `params` |
| `live_component.update.stop`      | `duration`           | `view`, `component`, `updates`    |
| `live_component.destroyed`        | –                    | `view`, `component`               |
| `live_component.*.exception`      | `duration`           | the same, and `error`             |
| `socket.connected`                | –                    | `peer`, `transport`               |
| `socket.join_failed`              | –                    | `topic`, `reason`, `view`, `attempt` |
| `line.broken`                     | –                    | `peer`                            |
| `line.resumed`                    | `after` (seconds), `frames` | `peer`                     |
| `line.passed_on`                  | –                    | `peer`, `worker`                  |
| `line.expired`                    | –                    | `peer`, `why`                     |
| `line.refused`                    | –                    | `peer`, `why`                     |
| `socket.paused`                   | `events`, `bytes`    | `peer`                            |
| `socket.gave_up`                  | `events`, `bytes`    | `topic`                           |
| `upload.stop`                     | `duration`, `bytes`  | `entry`                           |
| `upload.dropped`                  | `duration`, `bytes`  | `entry`                           |
| `upload.consumed`                 | `duration`           | `entry`                           |
| `limit.reached`                   | –                    | `limit`, `peer`                   |
| `host.refused`                    | –                    | `host`                            |
| `request.refused`                 | –                    | `fault`                           |
| `pubsub.connected`                | `away`               | –                                 |
| `pubsub.disconnected`             | –                    | `error`                           |
| `pubsub.dropped`                  | `messages`           | –                                 |
| `pubsub.gap`                      | `subscribers`        | `topic`                           |
| `pubsub.refused`                  | –                    | `reason`, `topic`                 |

`view` is the view itself, `socket` that of its callbacks, `component` the live component; of a render it is None for
the view's own. `params` is the event as the handler takes it. `changed` are the names of the assigns that a render is
for, None where it renders all of them: in both lives the first. `handle_params` is spanned in views that have one.
`update` is spanned once for all components of a class that one render updates: `component` is their class, `updates`
what each is given. Of a refused join `view` is the name, "" where its token says nothing. `crashed` is told once of a
connected view that raised, whatever it was that did. `kept.dropped` is told of a kept value that came back from the
page and was not good: `what` is its name, `why` what is wrong with it. Of `adopted` and `unadopted`, `view` is the name
of the class.

A line is a page's connection over one websocket after another: `after` is how long it had none, `frames` how many were
sent again. It expires because of "linger", or of the limit that `why` names; who asks to resume is refused because the
line is "unknown", of another "visitor", or because what the page lacks ("count") is not kept.

`limit` is the name of a field of `actorlive.web.Limits`, see docs/limits.md; `peer` is the address of who reached it.
`transport` is "websocket" or "longpoll". `entry` is the `UploadEntry` of a file that is here, or gone before it was;
its view waits while it is consumed.

Those of `pubsub` are told where there is a broker: `away` is how many seconds there was none, `messages` how many of
ours the others will not hear, `subscribers` how many were told of a `Gap`, `reason` why a message was refused.

docs/telemetry.md says the same with an example; a test holds both to the code.

The names follow LiveView's telemetry events with dots for its lists.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

__all__ = ["Handler", "attach", "detach", "enabled", "execute"]

Handler = Callable[[str, Mapping[str, float], Mapping[str, object]], None]

_handlers: dict[object, Handler] = {}
_log = logging.getLogger("actorlive.telemetry")


def attach(handler_id: object, handler: Handler) -> None:
    """Call `handler(name, measurements, metadata)` for every event (mirrors `:telemetry.attach`).

    Raises `ValueError` when the id is taken.
    """
    if handler_id in _handlers:
        raise ValueError(f"a telemetry handler {handler_id!r} is attached already; detach it first")
    _handlers[handler_id] = handler


def detach(handler_id: object) -> bool:
    """Stop calling the handler; True when it was attached."""
    return _handlers.pop(handler_id, None) is not None


def enabled() -> bool:
    """True when anybody listens, so that hot paths can skip the clock."""
    return bool(_handlers)


def execute(name: str, measurements: Mapping[str, float], metadata: Mapping[str, object]) -> None:
    """Tell every handler of one event."""
    for handler_id, handler in list(_handlers.items()):
        try:
            handler(name, measurements, metadata)
        except Exception:
            _handlers.pop(handler_id, None)
            _log.exception("telemetry handler %r raised on %s and was detached", handler_id, name)
