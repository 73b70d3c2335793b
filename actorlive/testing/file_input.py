"""FileInput: files that a visitor chooses in an upload's input, and sends (LiveViewTest's `file_input/4`)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from actorlive.errors import did_you_mean
from actorlive.testing import uploading
from actorlive.testing.browser import gestures
from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.files import ChosenFile, LocalFile
from actorlive.testing.errors import ElementError, Failure, hide_frames

if TYPE_CHECKING:
    from actorlive.testing.view import View

__all__ = ["FileInput"]

__tracebackhide__ = hide_frames


class FileInput:
    """Files for the input of an upload. Nothing is chosen before a method is called; then they are, once.

    Every method settles first and waits for its answers. `refs` are the client's numbers of the files, in their order.
    """

    def __init__(self, view: View, selector: str, files: Iterable[LocalFile | str | Path]) -> None:
        self._view = view
        self._selector = selector
        self.files: list[LocalFile] = [
            file if isinstance(file, LocalFile) else LocalFile.read(file) for file in files
        ]
        self._chosen: list[ChosenFile] = []

    def __repr__(self) -> str:
        return f"<FileInput {self._selector!r}: {', '.join(file.name for file in self.files)}>"

    @property
    def refs(self) -> list[str]:
        """The refs of the chosen files."""
        return [chosen.ref for chosen in self._chosen]

    async def choose(self) -> str:
        """The visitor chooses the files, and the form's change is sent with them; the view's inner HTML."""
        await self._view.settle()
        node = self._node()
        self._view.require_network(node)
        return await self._choose(node)

    async def _choose(self, node: DomNode) -> str:
        page = self._view.page
        if "multiple" not in node.attrs and len(self.files) > 1:
            raise ElementError(f"{node!r} takes one file, not {len(self.files)}")
        if not self._chosen:
            self._chosen = [ChosenFile(page.files.next_ref(), file) for file in self.files]
            page.files.choose(node, self._chosen)
        return await self._view.perform(gestures.change(page, node), wait=True)

    async def preflight(self) -> dict[str, Any]:
        """Ask whether the files may be sent, as a submit does, and in an upload of its own accord the choice; the
        answer: `entries` by ref, or `error`, a list of refs and reasons."""
        await self._ready()
        return await uploading.preflight(self._view, self._node())

    async def upload(self, file: LocalFile | str, percent: float = 100) -> str:
        """Send a file, named by itself or by its name, up to so many percent of it; the view's inner HTML.

        It is chosen and preflighted before, if it is not yet. Raises `Failure` when it is refused, on the way too.
        """
        await self._ready()
        chosen = self._find(file)
        if chosen.allowed is None:
            response = await self.preflight()
            if chosen.allowed is None:
                raise Failure(
                    f"the server refuses the file {chosen.file.name!r}: {_reasons(response, chosen.ref)}"
                )
        return await uploading.send_file(self._view, self._node(), chosen, percent)

    async def fail(self, file: LocalFile | str, reason: str = "failed") -> str:
        """The client could not send a file: its uploader has called `entry.error(reason)`; the view's inner HTML."""
        await self._ready()
        return await uploading.tell_progress(self._view, self._node(), self._find(file), {"error": reason})

    async def _ready(self) -> None:
        await self._view.settle()
        self._view.require_network(self._node())
        if not self._chosen:
            await self._choose(self._node())

    def _find(self, file: LocalFile | str) -> ChosenFile:
        for chosen in self._chosen:
            if chosen.file is file or chosen.file.name == file:
                return chosen
        names = [chosen.file.name for chosen in self._chosen]
        raise ElementError(
            f"{file!r} is not among the chosen files.{did_you_mean(str(file), names)} They are: {names}"
        )

    def _node(self) -> DomNode:
        node = self._view.element(self._selector).node()
        if node.tag != "input" or "data-phx-upload-ref" not in node.attrs:
            raise ElementError(
                f"{node!r} is not the input of an upload: write <.live_file_input upload={{…}} />"
            )
        return node


def _reasons(response: dict[str, Any], ref: str) -> str:
    refused = [reason for _, reason in response.get("error", [])]
    return ", ".join(refused or response.get("errors", {}).get(ref, ["it is beyond those that are allowed"]))
