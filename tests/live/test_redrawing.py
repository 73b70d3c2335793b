"""A template that is exchanged in the running program: the view keeps its state, and its page shows the new text."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import ref

import pytest

from actorlive import LiveView, Socket, heex, runtime
from actorlive.live.process.redrawing import Redraw
from actorlive.template import TemplateError, load_template
from actorlive.template.loader import load_again
from actorlive.testing import live_isolated

ROWS = "<p>{@count} clicks</p><ul><li :for={n in range(@count)}>{n}</li></ul>"
OTHER = "<h1>Clicked {@count}</h1><ol><li :for={n in range(@count)} id={f'n{n}'}>{n + 1}</li></ol>"


async def test_a_view_is_redrawn_with_what_its_template_has_become(tmp_path: Path) -> None:
    file = tmp_path / "counter.heex"
    file.write_text(ROWS)

    class Counter(LiveView):
        count: int = 2
        template = load_template(file, globals())

        async def handle_info(self, message: object, socket: Socket) -> None:
            self.count += 1

    async with live_isolated(Counter) as view:
        runtime.send(view.pid, "one more")
        assert "3 clicks" in await view.render()
        file.write_text(OTHER)
        ((old, new),) = load_again(file)
        assert "3 clicks" in await view.render()
        old.become(new)
        runtime.send(view.pid, Redraw())
        html = await view.render()
        assert "<h1>Clicked 3</h1>" in html
        assert await view.element("#n2").text() == "3"
        runtime.send(view.pid, "one more")
        assert "<h1>Clicked 4</h1>" in await view.render()
        assert await view.element("#n3").text() == "4"


async def test_a_view_whose_template_is_the_same_is_redrawn_to_the_same() -> None:
    class Still(LiveView):
        count: int = 2
        template = heex("<p>{@count}</p>")

    async with live_isolated(Still) as view:
        before = await view.render()
        runtime.send(view.pid, Redraw())
        assert await view.render() == before


def test_a_faulty_file_leaves_what_was_loaded(tmp_path: Path) -> None:
    file = tmp_path / "page.heex"
    file.write_text("<p>one</p>")
    template = load_template(file, {})
    file.write_text("<p>one")
    with pytest.raises(TemplateError, match="<p> is never closed"):
        load_again(file)
    assert template.core.source.text == "<p>one</p>"


def test_a_file_that_no_template_came_from_has_nothing_to_exchange(tmp_path: Path) -> None:
    file = tmp_path / "new.heex"
    file.write_text("<p>new</p>")
    assert load_again(file) == []


def test_a_module_that_is_gone_takes_its_template_along(tmp_path: Path) -> None:
    file = tmp_path / "page.heex"
    file.write_text("<p>{greeting}</p>")

    def load() -> Callable[[], object]:
        module: dict[str, Any] = {"greeting": "hello"}
        module["template"] = template = load_template(file, module)
        return ref(template.core)

    core = load()
    assert load_again(file)
    gc.collect()
    assert core() is None
    assert load_again(file) == []
