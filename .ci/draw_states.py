"""Draws docs/design/states.md from the tables in the code: `make states`.

Each drawing stands between two comments, `<!-- NAME -->` and `<!-- end -->`; what is around them is written by hand.
A machine is a mapping (state, event) → state of two enums. The first state of the enum is the one that it begins in,
and one that nothing leads out of is an end. tests/test_states.py fails when the page and the tables differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from actorlive.live import async_result
from actorlive.runtime import signals
from actorlive.testing.browser import view_status
from actorlive.wire import connection

Table = Mapping[tuple[Enum, Enum], Enum]

PAGE = Path(__file__).parents[1] / "docs" / "design" / "states.md"
MACHINES: Mapping[str, Table] = {
    "topic": connection.TRANSITIONS,
    "process": signals.TRANSITIONS,
    "async-result": async_result.TRANSITIONS,
    "joined-view": view_status.TRANSITIONS,
}
_DRAWING = re.compile(r"(<!-- (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def draw(table: Table) -> str:
    """One machine as a Mermaid diagram. Events that lead the same way share an arrow."""
    states = list(type(next(iter(table))[0]))
    arrows: dict[tuple[Enum, Enum], list[str]] = {}
    for (before, event), after in table.items():
        arrows.setdefault((before, after), []).append(str(event.value))
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.value}" as {_id(state)}' for state in states if state.value != _id(state)]
    lines.append(f"    [*] --> {_id(states[0])}")
    lines += [f"    {_id(a)} --> {_id(b)}: {'<br/>'.join(events)}" for (a, b), events in arrows.items()]
    ends = [state for state in states if all(a is not state or b is state for a, b in arrows)]
    lines += [f"    {_id(state)} --> [*]" for state in ends]
    return "\n".join([*lines, "```", ""])


def _id(state: Enum) -> str:
    return state.name.lower()


def redrawn(page: str) -> str:
    """The page with each drawing made anew. Raises `KeyError` for the name of one that there is no table for."""
    return _DRAWING.sub(lambda found: found[1] + draw(MACHINES[found["name"]]) + found[3], page)


def drawn_in(page: str) -> list[str]:
    """The names of the drawings on the page."""
    return [found["name"] for found in _DRAWING.finditer(page)]


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    new = redrawn(page)
    PAGE.write_text(new, encoding="utf-8")
    print("unchanged" if new == page else "drawn anew")


if __name__ == "__main__":
    sys.exit(main())
