"""What a stretch of a template becomes: constant text, holes, and the two forms of code that fill them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from actorlive.template.compiler.reads import Read, condition
from actorlive.template.syntax.expression import UnpackTarget

__all__ = ["Body", "Hole", "Locals", "as_tuple", "hole_value"]


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole in the text: the expression for it (given the variable with its previous value), and its reads.

    `attribute` is the name of the attribute that the hole holds as a whole, if its value is just a local: `value`
    is the placeholder for it, `local` its name. `nested` says that the expression is a function of its own, which asks
    the change record itself.
    """

    expression: Callable[[str], str]
    reads: frozenset[Read]
    attribute: str = ""
    value: str = ""
    local: str = ""
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Locals:
    """The template's locals that an expression may use: name → its key in the change record."""

    keys: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def parameters(self) -> str:
        """The locals as further parameters, or arguments, of a generated function."""
        return "".join(f", {name}" for name in self.keys)

    @property
    def arguments(self) -> str:
        """The locals as further items of a tuple."""
        return "".join(f"{name}, " for name in self.keys)

    def bind(self, target: UnpackTarget | None, number: int) -> Locals:
        """The scope inside something that binds the target's names; the number keeps their keys apart."""
        if target is None:
            return self
        return Locals({**self.keys, **{name: f".{name}.{number}" for name in target.names}})


class Body:
    """Text and holes in turn; adjacent text is joined."""

    def __init__(self) -> None:
        self.parts = [""]
        self.holes: list[Hole] = []

    def add_text(self, text: str) -> None:
        """Add text."""
        self.parts[-1] += text

    def add_hole(self, hole: Hole) -> None:
        """Add a hole."""
        self.holes.append(hole)
        self.parts.append("")

    def of_text(self, local: str) -> Body:
        """The same where the local is known to be a text: of an attribute that it is, only that is a hole."""
        if not any(hole.local == local for hole in self.holes):
            return self
        body = Body()
        body.add_text(self.parts[0])
        for hole, part in zip(self.holes, self.parts[1:], strict=True):
            if hole.local == local:
                body.add_text(f' {hole.attribute}="')
                body.add_hole(Hole(lambda _, hole=hole: hole_value(hole.attribute, hole.value), hole.reads))
                body.add_text('"')
            else:
                body.add_hole(hole)
            body.add_text(part)
        return body

    @property
    def reads(self) -> frozenset[Read]:
        """What all holes read."""
        return frozenset[Read]().union(*(hole.reads for hole in self.holes))

    def full(self) -> str:
        """A tuple of the holes' expressions, all evaluated."""
        return as_tuple(hole.expression("None") for hole in self.holes)

    def over(self, indent: str, previous: str) -> str:
        """Statements that make `__v0`… from the previous dynamics and what changed."""
        if not self.holes:
            return ""
        lines = [f"{as_tuple(f'__v{i}' for i in range(len(self.holes)))} = {previous}"]
        for i, hole in enumerate(self.holes):
            test = condition(hole.reads)
            if test:
                lines += [f"if {test}:", f"    __v{i} = {hole.expression(f'__v{i}')}"]
        return "".join(f"{indent}{line}\n" for line in lines)

    def variables(self) -> str:
        """A tuple of the variables that `over` made."""
        return as_tuple(f"__v{i}" for i in range(len(self.holes)))


def hole_value(attribute: str, value: str) -> str:
    """The expression for an attribute's value without its name and quotes."""
    return f"__h_value({attribute.lower()!r}, {value})"


def as_tuple(items: Iterable[object]) -> str:
    """Python text of a tuple."""
    return "(" + "".join(f"{item}, " for item in items) + ")"
