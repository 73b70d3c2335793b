"""The files that a page holds: what its visitor has chosen, by the input, and the topics that their bytes go to."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from actorlive.testing.browser.dom import DomNode
from actorlive.testing.browser.files import ChosenFile, refs_in
from actorlive.testing.browser.messages import ClientPush
from actorlive.testing.errors import hide_frames

if TYPE_CHECKING:
    from actorlive.testing.browser.page import Page

__all__ = ["PageFiles"]

__tracebackhide__ = hide_frames


class PageFiles:
    """All of one page, by the ids of their inputs."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._refs = itertools.count()
        self._chosen: dict[str, list[ChosenFile]] = {}

    def next_ref(self) -> str:
        """The client's number for another file."""
        return str(next(self._refs))

    def choose(self, node: DomNode, files: list[ChosenFile]) -> None:
        """The visitor has chosen files: in addition, where the input takes several."""
        kept = self._chosen.get(node.id, []) if "multiple" in node.attrs else []
        self._chosen[node.id] = [*kept, *files]

    def active(self, node: DomNode) -> list[ChosenFile]:
        """The files of an input that the server knows, and those that it has not been told of yet."""
        known = refs_in(node, "active")
        files = self._chosen.get(node.id, [])
        return [file for file in files if file.ref in known or not file.announced_once]

    def announce(self, node: DomNode) -> dict[str, Any]:
        """What a change of a file input tells of its files."""
        files = self.active(node)
        for file in files:
            file.announced_once = True
        return {node.attrs["data-phx-upload-ref"]: [file.announced() for file in files]} if files else {}

    def join(self, file: ChosenFile) -> ClientPush:
        """Join the topic of a file."""
        file.join_ref = ref = self._page.next_ref()
        what = f"the upload of {file.file.name!r}"
        push = ClientPush(ref, file.topic, "phx_join", {"token": file.allowed}, what)
        return self._page.push(push, ref)

    def push_chunk(self, file: ChosenFile, chunk: bytes) -> ClientPush:
        """Send bytes of a file."""
        what = f"a chunk of {file.file.name!r}"
        push = ClientPush(self._page.next_ref(), file.topic, "chunk", chunk, what)
        return self._page.push(push, file.join_ref)
