"""What the end of an `assign_async` or a `stream_async` does to the view."""

from __future__ import annotations

from typing import Any, cast

from actorlive.errors import AssignError, did_you_mean
from actorlive.live.assigns import assign
from actorlive.live.async_result import AsyncResult
from actorlive.live.owner import Owner
from actorlive.live.socket import Socket
from actorlive.live.streams import Stream, StreamResult
from actorlive.live.tasks import AsyncTask
from actorlive.runtime import Error, Exit, Ok

__all__ = ["apply_result"]


def apply_result(owner: Owner, socket: Socket, task: AsyncTask, result: Ok[Any] | Exit) -> None:
    """Put a task's value, or its failure, into the assigns that wait for it."""
    outcome = result.value if isinstance(result, Ok) else result
    if isinstance(outcome, Error | Exit):
        failure = cast("Error[Any] | Exit", outcome)
        for name in task.names:
            assign(owner.assigns, name, _current(owner, name).to_failed(failure))
    elif task.kind == "assign":
        _assign_values(owner, cast("dict[str, Any]", outcome))
    else:
        _stream_items(owner, socket, task.names[0], cast("StreamResult[Any]", outcome))


def _assign_values(owner: Owner, values: dict[str, Any]) -> None:
    cls = type(owner.assigns)
    for name, value in values.items():
        if name not in cls.__declared__:
            raise AssignError(
                f"assign_async returned a value for {name!r}, which {cls.__qualname__} does not declare."
                f"{did_you_mean(name, cls.__declared__)}"
            )
        assign(owner.assigns, name, _current(owner, name).to_ok(value))


def _stream_items(owner: Owner, socket: Socket, name: str, rows: StreamResult[Any]) -> None:
    assign(owner.assigns, name, _current(owner, name).to_ok(True))
    socket.stream(
        name, rows.items, at=rows.at, reset=rows.reset, limit=rows.limit, update_only=rows.update_only
    )


def _current(owner: Owner, name: str) -> AsyncResult[Any]:
    """The assign as it is; a fresh one where the view has put something else there meanwhile."""
    value = owner.assigns.__dict__.get(name)
    if isinstance(value, AsyncResult):
        return cast("AsyncResult[Any]", value)
    return Stream[Any].idle() if name in owner.assigns.streams else AsyncResult[Any].idle()
