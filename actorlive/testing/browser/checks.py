"""Faults of a page that a browser passes over in silence, and that show themselves as something else much later."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Literal

from actorlive.testing.browser.dom import DomNode
from actorlive.testing.errors import Failure, PageWarning, hide_frames

__all__ = ["Checks", "OnError"]

__tracebackhide__ = hide_frames

OnError = Literal["raise", "warn"]


class Checks:
    """The faults of one page, each told once."""

    def __init__(self, on_error: OnError) -> None:
        self._on_error = on_error
        self._told: set[str] = set()

    def run(self, root: DomNode) -> None:
        """Look through the page. Raises `Failure` for ids that occur twice; warns of forms that cannot be recovered."""
        for node in root.walk():
            if node.tag == "form" and "phx-change" in node.attrs and not node.id:
                self._form_without_id(node)
        ids = Counter(node.id for node in root.walk() if node.id)
        for dom_id in [dom_id for dom_id, count in ids.items() if count > 1]:
            self._duplicate_id(dom_id, [node for node in root.walk() if node.id == dom_id])

    def _form_without_id(self, form: DomNode) -> None:
        if "phx-ignore-missing-id" not in form.attrs and self._first(f"form {form!r}"):
            message = (
                f"{form!r} has phx-change but no id, so its values are lost when the view is joined again"
            )
            warnings.warn(message, PageWarning, stacklevel=2)

    def _duplicate_id(self, dom_id: str, nodes: list[DomNode]) -> None:
        if not self._first(f"id {dom_id}"):
            return
        message = f"the id {dom_id!r} occurs {len(nodes)} times, and patches go by ids: {', '.join(map(repr, nodes))}"
        if self._on_error == "raise":
            raise Failure(message)
        warnings.warn(message, PageWarning, stacklevel=2)

    def _first(self, fault: str) -> bool:
        if fault in self._told:
            return False
        self._told.add(fault)
        return True
