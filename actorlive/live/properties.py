"""Properties of a view as assigns: `@property def total(self)` is `@total` in the template.

A property is worked out when the template reads it, at most once per render. After a change of any assign, those that
the page shows are worked out again and compared (`looks_equal`), so that only what really changed is evaluated and
sent. One that the template has not come to, in a branch that was not taken, is not called; one that raises, raises
where the template reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from actorlive.errors import AssignError
from actorlive.live.assigns import MISSING, Assigns, no_value
from actorlive.live.defaults import refuse_iterator
from actorlive.rendered.equality import looks_equal
from actorlive.template.rendering.updating import TOUCHED, is_plain

__all__ = ["Properties", "Readable", "names_in", "readable"]


class Properties:
    """The properties of one view, and what the page shows of them."""

    __slots__ = ("_shown", "_view")

    def __init__(self, view: Assigns) -> None:
        self._view = view
        self._shown: dict[str, object] = {}

    def read(self, name: str) -> object:
        """The property's value in this render."""
        if name in self._shown:
            return self._shown[name]
        cls = type(self._view)
        value: object = cls.__properties__[name].__get__(self._view, cls)
        refuse_iterator(value, cls.__qualname__, name)
        self._shown[name] = value
        return value

    def changes(self, changed: Mapping[str, object]) -> dict[str, object]:
        """After a change of assigns: the properties that changed with them, name → value before."""
        before, self._shown = self._shown, {}
        in_place = any(old is TOUCHED for old in changed.values())
        own: dict[str, object] = {}
        for name in type(self._view).__properties__:
            try:
                now = self.read(name) if name in before else MISSING
            except Exception:  # if the template still reads it, it raises there, with the template's line
                now = MISSING
            if now is MISSING or (in_place and not is_plain(now)):
                own[name] = TOUCHED
            elif not looks_equal(before[name], now):
                own[name] = before[name]
        return own


class Readable(dict[str, Any]):
    """What a template reads of a view: the assigns, and what is worked out when it is read."""

    __slots__ = ("_properties", "_view")

    def __init__(self, view: Assigns, properties: Properties) -> None:
        super().__init__(view.__dict__)
        self._view = view
        self._properties = properties

    def __missing__(self, name: str) -> Any:
        cls = type(self._view)
        if name not in cls.__properties__:
            raise AssignError(no_value(cls, name))
        value = self[name] = self._properties.read(name)
        return value

    def copy(self) -> Readable:
        """Another one, of the same render."""
        made = Readable(self._view, self._properties)
        made.update(self)
        return made

    def names(self) -> set[str]:
        """All that can be read."""
        return self.keys() | type(self._view).__properties__.keys()


def readable(view: Assigns, properties: Properties | None = None) -> dict[str, Any]:
    """What the view's template reads, in one render; mostly the assigns themselves."""
    cls = type(view)
    if not cls.__properties__ and len(view.__dict__) == len(cls.__declared__):
        return view.__dict__
    return Readable(view, properties or Properties(view))


def names_in(assigns: dict[str, Any]) -> Collection[str]:
    """All that can be read of what `readable` gave."""
    return assigns.names() if isinstance(assigns, Readable) else assigns.keys()
