"""Templates in files of their own, exchanged in the running program: the views that use them keep their state.

A template is exchanged where its view still holds: it may read other assigns of the view, and bind other events, and is
checked as at the import. One that is a component's has made the component's signature, so it must read what it read
before. Whatever else there is (a file that no template came from, a component with other attributes) needs the
application loaded anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from actorlive.live.view import LiveView
from actorlive.template import Template
from actorlive.template.loader import load_again
from actorlive.template.rendering.compiled import Compiled

__all__ = ["swap_templates"]


def swap_templates(paths: Iterable[Path]) -> bool:
    """Exchange the templates of these files, all or none; False where that cannot be done.

    Raises `TemplateError` for a fault in one; then all are as they were.
    """
    pairs: list[tuple[Compiled, Compiled]] = []
    for path in paths:
        changed = load_again(path)
        if not changed:
            return False
        pairs += changed
    if not all(_fits(old, new) for old, new in pairs):
        return False
    for old, new in pairs:
        old.become(new)
    return True


def _fits(old: Compiled, new: Compiled) -> bool:
    """Raises `TemplateError` where the new text asks its view for what that does not have."""
    owners = [cls for cls in _views(LiveView) if _template_of(cls) is old]
    for cls in owners:
        events = None if cls.__events__.raw else cls.__events__.names
        Template(new).check([*cls.__declared__, *cls.__properties__], owner=cls.__qualname__, events=events)
    return bool(owners) or new.names == old.names


def _template_of(cls: type[LiveView[Any]]) -> Compiled | None:
    template = vars(cls).get("template")
    return template.core if isinstance(template, Template) else None


def _views(cls: type[LiveView[Any]]) -> Iterator[type[LiveView[Any]]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _views(sub)
