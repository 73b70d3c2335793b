"""What a view keeps between renders."""

from __future__ import annotations

import tracemalloc

from actorlive.template import Renderer
from tests.template.golden_view import COUNTER


def test_an_idle_counter_keeps_little() -> None:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept: list[object] = []
    for number in range(200):
        renderer, assigns = Renderer(), {"count": 1_000 + number}
        renderer.render(COUNTER, assigns, None)
        renderer.render(COUNTER, assigns, {"count": number})
        kept.append((renderer, assigns))
    used = (tracemalloc.get_traced_memory()[0] - before) / len(kept)
    tracemalloc.stop()
    assert used < 1_024


def test_old_trees_are_let_go() -> None:
    renderer = Renderer()
    assigns: dict[str, object] = {"count": 0}
    renderer.render(COUNTER, assigns, None)
    sizes: list[int] = []
    tracemalloc.start()
    for number in range(1, 600):
        assigns["count"] = number
        renderer.render(COUNTER, assigns, {"count": number - 1})
        if number % 200 == 0:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[-1] - sizes[0] < 1_000
