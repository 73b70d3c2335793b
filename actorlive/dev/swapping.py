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

from actorlive.live.component import LiveComponent, check_root
from actorlive.live.stateful import Stateful, template_names
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
    """Raises `TemplateError` where the new text asks its view, or its live component, for what that does not have."""
    owners = [cls for cls in _classes(Stateful) if _template_of(cls) is old]
    for cls in owners:
        _check(cls, Template(new))
    return bool(owners) or new.names == old.names


def _check(cls: type[Stateful[Any]], template: Template) -> None:
    """What the class's own making has checked."""
    events = None if cls.__events__.raw else cls.__events__.names
    declared = template_names(cls)
    myself = "myself" in cls.__declared__
    template.check(declared, owner=cls.__qualname__, special=(), events=events, myself=myself)
    if issubclass(cls, LiveComponent):
        check_root(cls, template)


def _template_of(cls: type[Stateful[Any]]) -> Compiled | None:
    template = vars(cls).get("template")
    return template.core if isinstance(template, Template) else None


def _classes(cls: type[Stateful[Any]]) -> Iterator[type[Stateful[Any]]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _classes(sub)
