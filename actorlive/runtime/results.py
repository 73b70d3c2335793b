"""Exit reasons: plain values that match in a `match` statement. (`Ok` and `Error` are in `actorlive.results`.)"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Exit", "Shutdown", "is_graceful"]


@dataclass(frozen=True, slots=True)
class Exit:
    """A process ended for `reason` before it could answer (mirrors `{:exit, reason}`)."""

    reason: object


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The exit reason of an orderly end that says why (mirrors `{:shutdown, detail}`)."""

    detail: object


def is_graceful(reason: object) -> bool:
    """True for the reasons that mean no fault: "normal", "shutdown" and `Shutdown(detail)`.

    Supervisors do not restart a transient child that ended so, and nothing is logged.
    """
    # The type test comes first: a reason may be any object, and its `==` is not ours to call.
    return reason in ("normal", "shutdown") if type(reason) is str else isinstance(reason, Shutdown)
