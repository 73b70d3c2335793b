"""In debug mode: only a view's own process sets its assigns.

Another process, a task above all, would change them in the middle of a callback, and nothing would be rendered.
"""

from __future__ import annotations

from actorlive.errors import AssignError
from actorlive.live.assigns import Assigns, guard
from actorlive.runtime import Pid, calling_pid, statistics

__all__ = ["refuse_others"]


def refuse_others(view: Assigns, pid: Pid) -> None:
    """Raise `AssignError` in any process but `pid` that sets an assign of the view."""

    def check(name: str) -> None:
        caller = calling_pid()
        if caller is not None and caller is not pid:
            who = statistics(caller).function
            raise AssignError(
                f"{who} sets {type(view).__qualname__}.{name} from outside of the view's process. Return the"
                " value from the task, it arrives as the AsyncResult or in handle_async; or send the view a message,"
                " `send(socket.pid, message)`, and set it in handle_info"
            )

    guard(view, check)
