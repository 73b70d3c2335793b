"""A property of a view is an assign: read when the template comes to it, once per render, and compared."""

from dataclasses import dataclass
from typing import Any

import pytest

from actorlive import Event, LiveView, Socket, Template, component, heex
from actorlive.errors import AssignError
from actorlive.testing import live_isolated


class Go(Event):
    n: int = 0


class Open(Event):
    pass


calls: list[str] = []


@component
def amount(*, value: int) -> Template:
    calls.append("component")
    return heex("<i>{@value}</i>")


@dataclass(frozen=True)
class Item:
    name: str


class Counted(LiveView[Go | Open]):
    n: int = 1
    other: int = 0
    open: bool = False
    items: tuple[Item, ...] = ()
    template = heex("""
      <p>{@double} {@double}</p>
      <.amount value={@tens} />
      <b :if={@tens}>many</b>
      <ul><li :for={i in @range}>{i}</li></ul>
      <s>{@other}</s>
      {% if @open %}<u>{@first.name}</u>{% endif %}
    """)

    @property
    def double(self) -> int:
        calls.append("double")
        return self.n * 2

    @property
    def tens(self) -> int:
        return self.n // 10

    @property
    def range(self) -> list[int]:
        return [*range(self.n)]

    @property
    def first(self) -> Item:
        calls.append("first")
        return self.items[0]

    async def handle_event(self, event: Go | Open, socket: Socket) -> None:
        match event:
            case Open():
                self.open = not self.open
                self.items = (Item("one"),) if self.open else ()
            case Go(n=0):
                self.other += 1
            case Go(n=n):
                self.n = n


class Inherited(Counted):
    @property
    def double(self) -> int:
        return super().double + 1


async def test_a_property_follows_what_it_reads() -> None:
    async with live_isolated(Counted) as view:
        assert await view.element("p").text() == "2 2"
        await view.click("go", {"n": 20})
        assert await view.element("p").text() == "40 40"
        assert await view.element("i").text() == "2"
        assert await view.element("b").count() == 1
        assert await view.element("li").count() == 20


async def test_it_is_called_once_per_render_and_what_reads_it_only_if_it_changed() -> None:
    async with live_isolated(Counted) as view:
        calls.clear()
        await view.click("go")
        assert calls == ["double"]
        await view.click("go", {"n": 2})
        assert calls == ["double", "double"]
        assert await view.element("p").text() == "4 4"


async def test_one_in_a_branch_that_is_not_taken_is_not_called() -> None:
    async with live_isolated(Counted) as view:
        calls.clear()
        await view.click("go", {"n": 3})
        assert "first" not in calls
        await view.click("open")
        assert await view.element("u").text() == "one"
        await view.click("open")  # `first` would raise now
        assert await view.element("u").count() == 0
        await view.click("open")
        assert await view.element("u").text() == "one"


async def test_an_inherited_property_and_one_that_overrides_it() -> None:
    async with live_isolated(Inherited) as view:
        assert await view.element("p").text() == "3 3"
        assert await view.element("i").text() == "0"


class Array:
    """As numpy's: `==` is an array too, and has no truth."""

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def __eq__(self, other: object) -> "Array":  # type: ignore[override]
        return self

    def __bool__(self) -> bool:
        raise ValueError("the truth value of an array is ambiguous")

    __hash__ = None  # type: ignore[assignment]


class Plotted(LiveView[Go]):
    data: object = Array("old")
    template = heex("<p>{@shown}</p>")

    @property
    def shown(self) -> str:
        assert isinstance(self.data, Array)
        return self.data.shown

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.data = Array("new")


async def test_what_refuses_to_be_compared_is_never_asked() -> None:
    async with live_isolated(Plotted) as view:
        await view.click("go")
        assert await view.element("p").text() == "new"


async def test_what_was_changed_in_place_and_touched_is_seen_through_a_property() -> None:
    class Touched(LiveView[Go]):
        rows: list[int] = [1]
        template = heex("<p>{sum(@all)}</p>")

        @property
        def all(self) -> list[int]:
            return self.rows

        async def handle_event(self, event: Go, socket: Socket) -> None:
            self.rows.append(1)
            socket.touch("rows")

    async with live_isolated(Touched) as view:
        await view.click("go")
        assert await view.element("p").text() == "2"


async def test_derived_assigns_and_a_layout_read_properties_too() -> None:
    class Derived(LiveView[Go]):
        n: int = 1

        @property
        def double(self) -> int:
            return self.n * 2

        def render(self) -> Template:
            return heex("<p>{@double} {@more}</p>", more=self.double + 1)

        async def handle_event(self, event: Go, socket: Socket) -> None:
            self.n += 1

    async with live_isolated(Derived) as view:
        await view.click("go")
        assert await view.element("p").text() == "4 5"


def test_a_property_cannot_be_set() -> None:
    view: Any = Counted()
    with pytest.raises(AssignError, match=r"Counted\.double is a property"):
        view.double = 3


async def test_a_property_that_raises_is_the_views_error() -> None:
    class Failing(LiveView):
        template = heex("<p>{@broken}</p>")

        @property
        def broken(self) -> int:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        async with live_isolated(Failing):
            pass


async def test_a_declared_assign_without_a_value_is_named_with_the_remedy() -> None:
    class Empty(LiveView):
        user: str
        template = heex("<p>{@user}</p>")

    with pytest.raises(AssignError, match=r"Empty\.user is declared but has no value yet; give it a default"):
        async with live_isolated(Empty):
            pass
