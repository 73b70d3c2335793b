"""Forms over a join that is not the first: what stood in them goes to the fresh view as a change.

The values and the control are those of the form as it was, the event and its target those of the form as it is now; a
form whose `phx-change` is another one now is not recovered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actorlive.testing.browser import forms
from actorlive.testing.browser.aiming import aims
from actorlive.testing.browser.commands import parse_commands, phx_values

if TYPE_CHECKING:
    from actorlive.testing.browser.dom import DomNode
    from actorlive.testing.browser.page import Page

__all__ = ["Recoverable", "recover", "recoverable_forms"]

RECOVER = "phx-auto-recover"


@dataclass(frozen=True, slots=True)
class Recoverable:
    """A form as it was before the join."""

    change: str
    """Its `phx-change`."""
    meta: dict[str, str]
    """The name of the control that the change is of, and its `phx-value-…`."""
    value: str
    """Its fields, encoded."""


def recoverable_forms(page: Page, container: DomNode) -> dict[str, Recoverable]:
    """By id: the forms in a view, and in those within it, that have something to recover."""
    found: dict[str, Recoverable] = {}
    for form in container.walk():
        if form.tag != "form" or not form.id or "phx-change" not in form.attrs:
            continue
        fields = [
            field
            for field in forms.controls(page.document, form)
            if forms.name_of(field) and "phx-change" not in field.attrs
        ]
        if fields and form.attrs.get(RECOVER) != "ignore":
            shown = next((field for field in fields if forms.kind(field) != "hidden"), fields[0])
            meta = {"_target": forms.name_of(shown), **phx_values(form)}
            found[form.id] = Recoverable(form.attrs["phx-change"], meta, forms.serialize(page.document, form))
    return found


def recover(page: Page, form: DomNode, before: Recoverable) -> None:
    """Send what stood in a form to whom its changes go."""
    if form.attrs.get("phx-change") != before.change:
        return
    for name, arguments in parse_commands(form.attrs.get(RECOVER) or before.change):
        if name == "push":
            target = arguments.get("target") or form.attrs.get("phx-target")
            for view, cid in aims(page, form, target):
                payload: dict[str, Any] = {"type": "form", "event": arguments["event"], "value": before.value}
                payload |= {"meta": {**before.meta, **(arguments.get("value") or {})}, "uploads": {}}
                if cid is not None:
                    payload["cid"] = cid
                page.send(view, "event", payload, f"the recovery of {form!r}", form)
