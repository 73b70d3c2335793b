"""A fault as a developer needs it: what was raised, where, how it got there, what the view held and what it was told.

Where a fault is comes from its traceback: the application's innermost line, with the expression that was at work. What
is found before anything runs has no such line, but says a place itself: a `SyntaxError`, and every message of ours with
`--> file:line:column` in it.
"""

from __future__ import annotations

import builtins
import inspect
import re
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actorlive.dev.excerpt import Excerpt, Place, excerpt
from actorlive.dev.frames import Call, Step, relative, trace
from actorlive.errors import did_you_mean
from actorlive.live.assigns import Assigns, changes
from actorlive.redaction import STANDARD, Redactor
from actorlive.runtime.faults import flatten, unwrap
from actorlive.template import TemplateError

__all__ = ["Assign", "Diagnosis", "Told", "describe", "shown_assigns"]

STATED_PLACE = re.compile(r"^\s*--> (?P<file>.+?):(?P<line>\d+)(?::(?P<column>\d+))?$", re.MULTILINE)
QUOTED_LINE = re.compile(r"^\s*\d* \| .*$\n?", re.MULTILINE)
HELP = re.compile(r"^\s*help: (?P<help>.*)\Z", re.MULTILINE | re.DOTALL)
CARET = re.compile(r"^\s*\| *(?P<caret>\^+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Told:
    """One message that a view was given: `ago` seconds before, of a kind, as text."""

    ago: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Assign:
    """One assign as text; `changed` since the last render."""

    name: str
    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the error page and the overlay show. `headline` says in which circumstances it happened."""

    headline: str
    kind: str
    message: str
    advice: tuple[str, ...] = ()
    where: Excerpt | None = None
    trace: tuple[Step, ...] = ()
    assigns: tuple[Assign, ...] = ()
    messages: tuple[Told, ...] = ()
    request: tuple[tuple[str, str], ...] = field(default=())

    def report(self) -> str:
        """The fault as text, to be pasted into an issue."""
        parts = [f"{self.kind}: {self.message}", *self.advice, "", self.headline]
        if self.where is not None:
            place = self.where.place
            parts += ["", f"{relative(place.file)}:{place.line}:{place.column}"]
            parts += [f"{number:>5} | {line}" for number, line in self.where.lines]
        parts += ["", "How it got there, last call first:", *map(_step_line, self.trace)]
        for title, rows in self._tables():
            parts += ["", f"{title}:", *(f"  {name} = {text}" for name, text in rows)]
        return "\n".join(parts) + "\n"

    def _tables(self) -> Iterable[tuple[str, Sequence[tuple[str, str]]]]:
        if self.assigns:
            yield "Assigns", [(assign.name, assign.text) for assign in self.assigns]
        if self.messages:
            yield "Last messages", [(f"-{told.ago:.1f} s {told.kind}", told.text) for told in self.messages]
        if self.request:
            yield "Request", self.request


def describe(
    error: BaseException,
    headline: str,
    *,
    owner: type | None = None,
    assigns: Sequence[Assign] = (),
    messages: Sequence[Told] = (),
    request: Sequence[tuple[str, str]] = (),
    redactor: Redactor = STANDARD,
) -> Diagnosis:
    """What there is to say of an exception; where no line of it is the application's, it is at the `owner`'s class."""
    clean = redactor.filter_text
    error = unwrap(error)
    steps = trace(error)
    message, hints = _message(error)
    suggestion = _suggestion(error)
    place = _stated_place(error) or _place_of(steps) or _place_of_class(owner)
    where = None if place is None else excerpt(place, suggestion)
    if suggestion and where is None:
        hints.insert(0, suggestion)
    return Diagnosis(
        headline=headline,
        kind=type(error).__qualname__,
        message=clean(message),
        advice=tuple(map(clean, (*hints, *_notes(error), *_causes(error)))),
        where=where,
        trace=tuple(steps),
        assigns=tuple(assigns),
        messages=tuple(messages),
        request=tuple(request),
    )


def shown_assigns(owner: Assigns, redactor: Redactor) -> list[Assign]:
    """The assigns of a view as text, those that changed since the last render first."""
    changed = changes(owner)
    values: Mapping[str, object] = owner.__dict__
    rows = [
        Assign(name, redactor.show_named(name, values[name]), name in changed)
        for name in type(owner).__declared__
        if name in values and name not in _OF_EVERY_VIEW
    ]
    return sorted(rows, key=lambda assign: not assign.changed)


_OF_EVERY_VIEW = frozenset(("flash", "live_action", "page_title", "streams", "uploads"))


def _step_line(step: Step) -> str:
    if isinstance(step, Call):
        return f"  {relative(step.file)}:{step.line} in {step.function}: {step.code}"
    return f"  ({len(step.frames)} of {step.packages})"


# -- what it says --------------------------------------------------------------


def _message(error: BaseException) -> tuple[str, list[str]]:
    """What an exception says, and its help, without the place, which is shown apart."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    if not STATED_PLACE.search(text):
        return text.strip(), []
    helped = HELP.search(text)
    hints = [] if helped is None else [helped["help"].strip()]
    return QUOTED_LINE.sub("", STATED_PLACE.sub("", HELP.sub("", text))).strip(), hints


def _notes(error: BaseException) -> list[str]:
    notes: list[str] = list(getattr(error, "__notes__", ()))
    return [note for note in notes if note]


def _causes(error: BaseException) -> list[str]:
    """What stood behind it: the other members of a group, and what was raised before."""
    said = [f"raised: {_one_line(leaf)}" for leaf in flatten(error) if leaf is not error]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return said if cause is None else [*said, f"because of {_one_line(cause)}"]


def _one_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip().partition("\n")[0]


def _suggestion(error: BaseException) -> str:
    """The nearest name that there is, for one that there is not."""
    name: Any = getattr(error, "name", None)
    if not isinstance(name, str):
        return ""
    match error:
        case AttributeError(obj=obj):
            near = did_you_mean(name, [other for other in dir(obj) if not other.startswith("_")])
        case NameError():
            near = did_you_mean(name, _names_at(error))
        case _:
            near = ""
    return near.strip()


def _names_at(error: BaseException) -> set[str]:
    """What can be named where an exception was raised."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    known = set(dir(builtins))
    return known if step is None else known | set(step.tb_frame.f_locals) | set(step.tb_frame.f_globals)


# -- where it is ---------------------------------------------------------------


def _stated_place(error: BaseException) -> Place | None:
    """The place that an exception names itself."""
    match error:
        case TemplateError(filename=str(file), lineno=int(line), column=column) if file and line:
            caret = CARET.search(str(error))
            return Place(file, line, column, len(caret["caret"]) if caret else 1, is_template=True)
        case SyntaxError(filename=str(file), lineno=int(line), offset=offset):
            end = error.end_offset if error.end_lineno == line else None
            begin = max(offset or 1, 1)
            return Place(file, line, begin, max((end or 0) - begin, 1))
        case _:
            found = STATED_PLACE.search(str(error))
            return (
                None if found is None else Place(found["file"], int(found["line"]), int(found["column"] or 1))
            )


def _place_of(steps: Sequence[Step]) -> Place | None:
    """The application's innermost line; where it has none, that of whoever raised."""
    own = next((step for step in steps if isinstance(step, Call)), None)
    if own is None:
        return None
    return Place(own.file, own.line, own.column, own.width, is_template=own.is_template)


def _place_of_class(cls: type | None) -> Place | None:
    if cls is None:
        return None
    try:
        file, (_, line) = inspect.getfile(cls), inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return None
    return Place(file, line)
