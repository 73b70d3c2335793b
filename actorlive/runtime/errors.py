"""The runtime's exceptions, and `ProcessExit`, which is not an error: it is how a process ends itself."""

from __future__ import annotations

from actorlive.errors import ActorLiveError

__all__ = [
    "CallError",
    "NameTaken",
    "NoProcess",
    "NodeClosed",
    "NodeFailed",
    "NotAProcess",
    "ProcessExit",
    "ReceiveTimeout",
    "RuntimeMisuse",
    "StartError",
]


class ProcessExit(BaseException):
    """Ends the calling process with `reason`; raised by `exit(reason)`.

    It is a `BaseException`, as `trio.Cancelled` is, so that `except Exception` around a handler does
    not keep a process alive that meant to end. Catch it by name where Erlang would `catch exit:Reason`.
    """

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason


class RuntimeMisuse(ActorLiveError):
    """A call that makes no sense where it stands: the wrong thread, the wrong task, a bad option."""


class NotAProcess(RuntimeMisuse):
    """A function that only a process can call was called outside of one."""


class NodeClosed(RuntimeMisuse):
    """There is no node here: none was opened around this task, or it has ended."""


class NodeFailed(ActorLiveError):
    """The node could not go on: its root supervisor gave up."""


class NameTaken(ActorLiveError):
    """The name belongs to another living process already (Erlang: `badarg` of `register/2`)."""


class NoProcess(ActorLiveError):
    """The process is dead or never was (Erlang: error `noproc` of `link/1`)."""


class ReceiveTimeout(ActorLiveError, TimeoutError):
    """No matching message came in time (Erlang: the `after` clause)."""


class CallError(ActorLiveError):
    """A `call` that got no reply. `reason` is the callee's exit reason, "noproc" or "timeout"."""

    def __init__(self, message: str, reason: object) -> None:
        super().__init__(message)
        self.reason = reason


class StartError(ActorLiveError):
    """A process that did not start. `reason` is what its `init` ended with, or "timeout"."""

    def __init__(self, message: str, reason: object) -> None:
        super().__init__(message)
        self.reason = reason
