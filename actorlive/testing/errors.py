"""How a test fails: each failure is an `AssertionError` that says what was sought, what there is, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actorlive.errors import ActorLiveError

if TYPE_CHECKING:
    import pytest

__all__ = [
    "CommandFailure",
    "ElementError",
    "Failure",
    "FormError",
    "JoinFailed",
    "Leak",
    "NotIdle",
    "PageWarning",
    "Redirected",
    "RenderedError",
    "SelectorError",
    "UnexpectedStatus",
    "ViewGone",
    "hide_frames",
]


def hide_frames(info: pytest.ExceptionInfo[BaseException]) -> bool:
    """The `__tracebackhide__` of the kit's modules: pytest shows the test's own line, and the user's code that raised.

    The kit's frames are worth reading only when it is the kit that is at fault. (`--full-trace` shows all.)
    """
    innermost = str(info.traceback[-1].frame.f_globals.get("__name__", ""))
    return isinstance(info.value, Failure) or not innermost.startswith("actorlive.testing")


class Failure(ActorLiveError, AssertionError):
    """The root of what the test kit raises."""


class SelectorError(Failure):
    """Not a CSS selector."""


class ElementError(Failure):
    """No element, several, or one that cannot do what was asked of it."""


class FormError(Failure):
    """A value that the page's form could not send: no such field, no such option, a disabled control."""


class CommandFailure(Failure):
    """A JS command that would fail, or do nothing sensible, in the browser."""


class RenderedError(Failure):
    """The server sent a diff that the client could not apply."""


class NotIdle(Failure):
    """Something goes on running, or an answer did not come; the message says whose."""


class Leak(Failure):
    """A process, task or timer outlived its test."""


class ViewGone(Failure):
    """The view has ended: it redirected, was closed, or its socket is down."""


class JoinFailed(Failure):
    """The server refused the join, or a callback raised in it."""


class UnexpectedStatus(Failure):
    """The page answered with another status than a live view's 200."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class PageWarning(UserWarning):
    """The page is not as it should be: two elements with one id, a form with `phx-change` but without an id."""


class Redirected(Failure):
    """The page, or the first join, sent the visitor elsewhere before there was a view.

    `to` is the target, `flash` the messages that go along, `kind` "redirect" (a page load) or "live_redirect".
    """

    def __init__(self, to: str, flash: dict[str, str], kind: str) -> None:
        told = f" with flash {flash!r}" if flash else ""
        super().__init__(
            f"{kind} to {to!r}{told} instead of a view."
            " Expected? Use `pytest.raises(Redirected)`, or open the target itself."
        )
        self.to = to
        self.flash = flash
        self.kind = kind
