"""The table of names is the truth: every event that the code sends stands in it, and the other way round."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, heex, runtime, telemetry
from actorlive.testing import live
from actorlive.web import ActorLive

PACKAGE = Path(telemetry.__file__).parent


class Inc(Event):
    by: int


class Counter(LiveView[Inc]):
    """Counts."""

    count: int = 0
    page: str = ""
    template = heex("""<button phx-click="inc" phx-value-by="2">{@count}</button><p>{@page}</p>""")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.page = params.get("page", "")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += event.by


def documented() -> dict[str, set[str]]:
    """The metadata of each name in the table."""
    rows = re.findall(r"^\| `([^`]+)` *\|[^|]*\|([^|]*)\|$", telemetry.__doc__ or "", re.MULTILINE)
    return {name: set(re.findall(r"`(\w+)`", metadata)) for name, metadata in rows}


def sent() -> Iterator[tuple[str, set[str]]]:
    """The name and the metadata of each event that the code sends, as it stands in the source."""
    for file in PACKAGE.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and call.args:
                first = call.args[1 if ast.unparse(call.func) == "spanned" else 0]
                name = str(first.value) if isinstance(first, ast.Constant) else ""
                keywords = {str(keyword.arg) for keyword in call.keywords}
                match ast.unparse(call.func):
                    case "span" | "spanned" if name:
                        yield f"live_view.{name}.stop", {"view", *keywords}
                    case "component_span":
                        yield f"live_component.{name}.stop", {"view", *keywords}
                    case "component_span.event":
                        yield f"live_component.{name}", {"view", *keywords}
                    case "span.event" if name:
                        yield f"live_view.{name}", {"view", *keywords}
                    case "telemetry.execute" if name:
                        assert isinstance(call.args[2], ast.Dict)
                        yield name, {ast.literal_eval(key) for key in call.args[2].keys if key is not None}
                    case _:
                        pass


def test_the_code_and_the_table_agree() -> None:
    table = documented()
    assert table.pop("live_view.*.exception") == {"error"}
    assert table.pop("live_component.*.exception") == {"error"}
    found = list(sent())
    assert {name for name, _ in found} == table.keys()
    assert [(name, keys) for name, keys in found if keys != table[name]] == []


@pytest.fixture
def events() -> Iterator[list[tuple[str, Mapping[str, float], Mapping[str, object]]]]:
    seen: list[tuple[str, Mapping[str, float], Mapping[str, object]]] = []

    def note(name: str, figures: Mapping[str, float], facts: Mapping[str, object]) -> None:
        seen.append((name, figures, facts))

    telemetry.attach("test", note)
    yield seen
    telemetry.detach("test")


async def test_what_a_view_sends_in_its_life(
    events: list[tuple[str, Mapping[str, float], Mapping[str, object]]],
) -> None:
    app = QuartTrio("counter")
    ActorLive(app, secret_key="a secret key for tests of telemetry").route("/", Counter)
    async with live(app, "/?page=1") as view:
        await view.element("button").click()
        await view.patch("/?page=2")
        await view.click("inc", {"by": "many"})
    table = documented()
    told = [(name, {**dict(metadata), "view": None}) for name, _, metadata in events]
    for _, metadata in told:
        assert isinstance(metadata.pop("socket", None), Socket | None)
        assert isinstance(metadata.pop("params", None), Inc | None)
    first, second = "http://localhost/?page=1", "http://localhost/?page=2"
    assert [(name, *metadata.values()) for name, metadata in told if not name.endswith("rejected")] == [
        ("live_view.handle_params.stop", None, first),
        ("live_view.mount.stop", None, False),
        ("live_view.render.stop", None, None, None),
        ("live_view.handle_params.stop", None, first),
        ("live_view.mount.stop", None, True),
        ("live_view.render.stop", None, None, None),
        ("live_view.handle_event.stop", None, "inc"),
        ("live_view.render.stop", None, None, {"count"}),
        ("live_view.handle_params.stop", None, second),
        ("live_view.render.stop", None, None, {"page"}),
    ]
    (rejected,) = [metadata for name, metadata in told if name.endswith("rejected")]
    assert rejected["event"] == "inc"
    for name, measurements, metadata in events:
        assert metadata.keys() == table[name]
        assert all(seconds >= 0 for seconds in measurements.values())
        assert isinstance(metadata["view"], Counter)


class Poked(LiveView):
    """Takes messages of every kind, and some of them badly."""

    template = heex("<p>{@page_title}</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.start_async("work", self.work)

    async def work(self) -> int:
        return 7

    async def handle_async(self, name: str, result: Any, socket: Socket) -> None:
        self.page_title = f"{name} {result.value}"

    async def handle_info(self, message: object, socket: Socket) -> None:
        if message == "fall":
            raise ValueError("it fell")

    async def handle_call(self, request: object, caller: runtime.Caller, socket: Socket) -> str:
        return f"{request}!"

    async def handle_cast(self, request: object, socket: Socket) -> None:
        self.page_title = str(request)


async def test_every_message_of_a_process_has_a_span_and_a_crash_is_told_once(
    events: list[tuple[str, Mapping[str, float], Mapping[str, object]]],
) -> None:
    app = QuartTrio("poked")
    ActorLive(app, secret_key="a secret key for tests of telemetry").route("/", Poked)
    async with live(app, "/") as view:
        await view.settle()
        assert await runtime.call(view.pid, "hello") == "hello!"
        runtime.cast(view.pid, "cast")
        runtime.send(view.pid, "stay")
        await view.settle()
        events_before = len(events)
        runtime.send(view.pid, "fall")
        with pytest.raises(ValueError, match="it fell"):
            await view.settle()
    names = [name for name, _, _ in events[:events_before]]
    for kind in ("handle_async", "handle_call", "handle_cast", "handle_info"):
        assert names.count(f"live_view.{kind}.stop") == 1, kind
    assert "live_view.crashed" not in names
    crashes = [metadata["error"] for name, _, metadata in events if name == "live_view.crashed"]
    assert [str(error) for error in crashes] == ["it fell"]
