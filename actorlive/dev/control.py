"""What supervisor and worker say to each other over their socket pair: JSON, one message a line."""

from __future__ import annotations

import msgspec
import trio

__all__ = [
    "Begun",
    "Broken",
    "Control",
    "ControlMessage",
    "Ended",
    "Finish",
    "FromPreloaded",
    "FromWorker",
    "Ready",
    "Refresh",
    "Released",
    "Reload",
    "Serve",
    "Settings",
    "Show",
    "Swap",
    "Swapped",
    "ToWorker",
]


class ControlMessage(msgspec.Struct, frozen=True, tag=True):
    """The base of them all."""


class Settings(ControlMessage, frozen=True):
    """How a developer wants it: said on the command line, handed to each worker."""

    target: str
    editor: str = "vscode"
    secret_words: tuple[str, ...] = ()


# -- to the worker -------------------------------------------------------------


class Serve(ControlMessage, frozen=True):
    """Begin to serve on the listening socket that you have inherited."""


class Finish(ControlMessage, frozen=True):
    """End in order."""


class Show(ControlMessage, frozen=True):
    """The code as it is now cannot be loaded: show this over every page until you are replaced."""

    overlay: str


class Swap(ControlMessage, frozen=True):
    """These template files have changed."""

    paths: tuple[str, ...]


class Refresh(ControlMessage, frozen=True):
    """Stylesheets have changed."""


class Reload(ControlMessage, frozen=True):
    """Something else that pages consist of has changed: they have to be loaded anew."""


ToWorker = Serve | Finish | Show | Swap | Refresh | Reload


# -- to the supervisor ---------------------------------------------------------


class Ready(ControlMessage, frozen=True):
    """The application is imported, and waits for `Serve`."""


class Broken(ControlMessage, frozen=True):
    """It could not be imported; `overlay` shows why. With `Serve` the worker answers every request with that."""

    overlay: str


class Swapped(ControlMessage, frozen=True):
    """The answer to `Swap`: False when a template cannot be exchanged in the running program."""

    done: bool


class Released(ControlMessage, frozen=True):
    """The answer to `Finish`: nothing new comes here any more, so the next worker may serve."""


FromWorker = Ready | Broken | Swapped | Released


# -- to the supervisor, from the process that forks the workers ----------------


class Begun(ControlMessage, frozen=True):
    """The worker that was ordered is there."""

    pid: int


class Ended(ControlMessage, frozen=True):
    """A worker is no more. Its pid may be another process's from now on."""

    pid: int
    code: int


FromPreloaded = Begun | Ended


class Control:
    """One end of the pair."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream = stream
        self._sending = trio.Lock()
        self._data = b""

    async def send(self, message: ControlMessage) -> None:
        """Say something; nobody hears it when the other end has gone."""
        data = msgspec.json.encode(message) + b"\n"
        async with self._sending:
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return

    async def from_worker(self) -> FromWorker | None:
        """The next thing that the worker says; None when it has gone."""
        line = await self._line()
        return None if line is None else msgspec.json.decode(line, type=FromWorker)

    async def from_preloaded(self) -> FromPreloaded | None:
        """The next thing that the process which forks says; None when it has gone."""
        line = await self._line()
        return None if line is None else msgspec.json.decode(line, type=FromPreloaded)

    async def from_supervisor(self) -> ToWorker | None:
        """The next thing that the supervisor says; None when it has gone."""
        line = await self._line()
        return None if line is None else msgspec.json.decode(line, type=ToWorker)

    async def _line(self) -> bytes | None:
        while b"\n" not in self._data:
            try:
                more = await self._stream.receive_some()
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                return None
            if not more:
                return None
            self._data += more
        line, _, self._data = self._data.partition(b"\n")
        return line

    async def aclose(self) -> None:
        """Hang up."""
        await self._stream.aclose()
