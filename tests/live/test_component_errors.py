"""What is wrong with a live component, or with where it is placed, and what is said about it, and when."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest

from actorlive import AsyncResult, Attrs, Event, LiveComponent, LiveView, Slot, Socket, Stream, Template, heex
from actorlive.errors import AssignError, CallbackError
from actorlive.live.endpoint import Mount
from actorlive.live.process.dead import dead_render
from actorlive.template import TemplateError, check_project
from tests.support.client import Views


class Go(Event): ...


class Card(LiveComponent[Go]):
    """Takes a title, and more."""

    title: str
    kind: Literal["info", "danger"] = "info"
    class_: str = ""
    rows: Stream[int]
    loaded: AsyncResult[int]
    inner_block: Slot = Slot.empty
    rest: Attrs = Attrs.include("form")

    template = heex("<div class={@class_} {@rest}>{@title}{@kind}{@id}{render_slot(@inner_block)}</div>")

    async def handle_event(self, event: Go, socket: Socket) -> None: ...


class Taker(LiveComponent):
    """Decides in an `update` of its own what it takes."""

    doubled: int
    template = heex("<b>{@doubled}</b>")

    async def update(self, assigns: Mapping[str, Any], socket: Socket) -> None:
        self.doubled = assigns["n"] * 2


def a_function() -> None: ...


def message(make: Callable[[], object]) -> str:
    with pytest.raises((TemplateError, CallbackError, AssignError)) as caught:
        make()
    return str(caught.value)


# -- where it is placed: at import ---------------------------------------------


def test_what_is_missing_is_said_when_the_template_is_compiled() -> None:
    told = message(lambda: heex("<.live_component module={Card} id={1} />"))
    assert told.startswith("<Card> needs the attribute title")
    assert "test_component_errors.py:" in told
    assert "\n  help: write title={…}" in told
    assert "^^^^" in told


def test_what_is_unknown_is_said_with_the_nearest_name() -> None:
    told = message(lambda: heex('<.live_component module={Card} id={1} title="x" kin="info" />'))
    assert told.startswith("<Card> has no attribute kin")
    assert 'Did you mean "kind"?' in told


def test_a_literal_of_a_wrong_type_is_refused() -> None:
    told = message(lambda: heex('<.live_component module={Card} id={1} title="x" kind="dangre" />'))
    assert told.startswith("the attribute kind of <Card> cannot be 'dangre'")
    assert message(lambda: heex("<.live_component module={Card} id={1} title={3} />")).startswith(
        "the attribute title of <Card> cannot be 3"
    )


def test_module_and_id_are_needed() -> None:
    assert message(lambda: heex('<.live_component id="x" />')).startswith("<.live_component> needs module")
    assert message(lambda: heex('<.live_component module={Card} title="x" />')).startswith(
        "<.live_component> needs id"
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: heex('<.live_component module={LiveView} id="x" />'),
            "is the class LiveView, and no LiveComponent",
        ),
        (lambda: heex('<.live_component module={a_function} id="x" />'), "is a_function, a function, and no"),
    ],
)
def test_a_wrong_module_is_refused_when_the_template_is_compiled(
    make: Callable[[], object], told: str
) -> None:
    assert told in message(make)


def test_what_fits_compiles() -> None:
    heex(
        '<.live_component module={Card} id={1} title="x" class="y" phx-click="go" form="f">content</.live_component>'
    )
    heex("<.live_component module={Taker} id={1} n={4} anything={5} />")
    heex("<.live_component module={Card} id={1} {@given} />")
    heex("<.live_component :for={Card in @classes} module={Card} id={1} other={2} />")
    heex("<.live_component module={@chosen} id={1} other={2} />")


# -- where it is placed: in a render -------------------------------------------


async def rendered(template: Template, **assigns: Any) -> str:
    class Page(LiveView):
        given: dict[str, Any] = {}
        chosen: Any = None
        id: Any = "x"

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.assign(**assigns)

        def render(self) -> Template:
            return template

    views = Views({"/": Page})
    route = views.route_for("/")
    assert route is not None
    page = await dead_render(Mount(route, "phx-1", "http://test/", {}, {}, views))
    return str(getattr(page, "content", ""))


CHOSEN = heex("<main><.live_component module={@chosen} id={@id} {@given} /></main>")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"chosen": None}, "the module of a <.live_component> is None"),
    ({"chosen": "Card"}, "is 'Card', a str, and no LiveComponent"),
    ({"chosen": LiveView}, "is the class LiveView, and no LiveComponent"),
    ({"chosen": Taker, "id": None}, r"the id of a <.live_component module={Taker}> is None"),
    ({"chosen": Taker, "id": [1]}, r"the id of a <.live_component module={Taker}> is a list"),
    ({"chosen": Taker, "id": ([],)}, r"the id of a <.live_component module={Taker}> is a tuple"),
    ({"chosen": Card}, "missing attribute 'title' for <Card>"),
    ({"chosen": Card, "given": {"title": "x", "kin": "y"}}, "<Card> has no attribute 'kin'"),
    ({"chosen": Card, "given": {"title": iter("x")}}, "can be iterated over only once"),
]


@pytest.mark.parametrize(("assigns", "told"), WRONG)
async def test_what_is_known_only_in_a_render_is_said_there(assigns: dict[str, Any], told: str) -> None:
    with pytest.raises(TemplateError) as caught:
        await rendered(CHOSEN, **assigns)
    assert told in str(caught.value)
    names = [frame.filename for frame in _frames(caught.value)]
    assert any(name.endswith("test_component_errors.py") for name in names)


def _frames(error: BaseException) -> list[Any]:
    return list(traceback.extract_tb(error.__traceback__))


async def test_an_instance_is_no_class() -> None:
    with pytest.raises(
        TemplateError, match=r"a Taker that was made by hand.*\n.*name the class: module={Taker}"
    ):
        await rendered(CHOSEN, chosen=Taker())


async def test_names_are_those_of_the_assigns() -> None:
    given = {"title": "T", "class": "c", "form": "f"}
    assert await rendered(CHOSEN, chosen=Card, given=given, id=7) == (
        '<main><div class="c" form="f">Tinfo7</div></main>'
    )
    assert await rendered(CHOSEN, chosen=Taker, given={"n": 4}) == "<main><b>8</b></main>"


async def test_one_true_and_the_float_are_three_ids() -> None:
    template = heex("<p><.live_component :for={id in [1, True, 1.0]} module={Taker} id={id} n={1} /></p>")
    assert await rendered(template) == "<p><b>2</b><b>2</b><b>2</b></p>"


# -- the class -----------------------------------------------------------------


def test_the_root_is_one_element() -> None:
    def two() -> object:
        class Two(LiveComponent):
            template = heex("""
              <p>1</p>
              <p>2</p>
            """)

        return Two

    def text() -> object:
        class Text(LiveComponent):
            template = heex("<p>1</p> and")

        return Text

    def nothing() -> object:
        class Nothing(LiveComponent):
            template = heex("  ")

        return Nothing

    told = message(two)
    assert told.startswith("the live component ")
    assert "Two has 2 at its root where one HTML element has to be" in told
    assert "<p>2</p>" in told
    assert "help: put one element around everything" in told
    assert "has 2 at its root where one HTML element has to be" in message(text)
    assert "has nothing at its root where one HTML element has to be" in message(nothing)


def test_the_root_is_a_plain_tag() -> None:
    def conditional() -> object:
        class Conditional(LiveComponent):
            template = heex("<p :if={@id}>1</p>")

        return Conditional

    def loop() -> object:
        class Loop(LiveComponent):
            template = heex("<p :for={x in [1]}>{x}</p>")

        return Loop

    def call() -> object:
        class Call(LiveComponent):
            template = heex("<.link href='/'>x</.link>")

        return Call

    def expression() -> object:
        class Expression(LiveComponent):
            def render(self) -> Template:
                return heex("{@id}")

        return Expression

    for make, kind in (
        (conditional, "shown on a condition"),
        (loop, "a loop"),
        (call, "<.link>"),
        (expression, "an expression"),
    ):
        told = message(make)
        assert f" is {kind}, and not one plain HTML element" in told
        assert "help: put an element around it" in told


SHARED = heex("<p>1</p><p>2</p>")


async def test_the_root_of_what_render_returns_is_looked_at_then() -> None:
    class Late(LiveComponent):
        def render(self) -> Template:
            return SHARED

    class Wrong(LiveComponent):
        def render(self) -> Template:
            return "<p></p>"  # pyright: ignore[reportReturnType]

    with pytest.raises(TemplateError, match="Late has 2 at its root"):
        await rendered(CHOSEN, chosen=Late)
    with pytest.raises(CallbackError, match=r"render returned '<p></p>'\n(.*\n)*  help: return a template"):
        await rendered(CHOSEN, chosen=Wrong)


async def test_a_class_without_a_template_or_a_handler_is_refused_when_it_is_mounted() -> None:
    class Empty(LiveComponent): ...

    class Deaf(LiveComponent[Go]):
        template = heex("<p></p>")

    with pytest.raises(CallbackError, match="Empty has no template"):
        await rendered(CHOSEN, chosen=Empty)
    with pytest.raises(CallbackError, match="declares the events go but has no handle_event"):
        await rendered(CHOSEN, chosen=Deaf)


def test_callbacks_look_as_they_are_called() -> None:
    def mount() -> object:
        class A(LiveComponent):
            async def mount(self, params: Any, session: Any, socket: Socket) -> None: ...  # pyright: ignore[reportIncompatibleMethodOverride]

        return A

    def update_many() -> object:
        class B(LiveComponent):
            async def update_many(self, updates: Any, socket: Socket) -> None: ...  # pyright: ignore[reportIncompatibleMethodOverride]

        return B

    def own_init() -> object:
        class C(LiveComponent):
            def __init__(self) -> None: ...

        return C

    def reserved() -> object:
        class D(LiveComponent):
            myself: int = 3

        return D

    def unknown() -> object:
        class E(LiveComponent):
            template = heex("<p>{@titel}</p>")
            title: str

        return E

    def page() -> object:
        class F(LiveComponent):
            template = heex("<p>{@live_action}</p>")

        return F

    assert "does not take what it is called with: socket" in message(mount)
    assert "B.update_many is not a class method" in message(update_many)
    assert "a live component is made by the framework" in message(own_init)
    assert "`async def mount(self, socket)`" in message(own_init)
    assert "declares 'myself', which belongs to the framework" in message(reserved)
    assert 'Did you mean "title"?' in message(unknown)
    assert "@live_action is not an assign of" in message(page)


def test_an_event_of_a_binding_is_declared() -> None:
    def unknown() -> object:
        class A(LiveComponent[Go]):
            template = heex('<p phx-click="gone" phx-target={@myself}></p>')

        return A

    assert "declares no event 'gone'" in message(unknown)


# -- without importing ---------------------------------------------------------

PROJECT = '''
from actorlive import LiveComponent, LiveView, heex
from other import Base

class Card(LiveComponent):
    title: str
    n: int = 0
    template = heex("<p>{@title}{@id}{@myself}</p>")

class Wide(Card):
    width: int
    template = heex("<p>a</p><p>b</p>")

class Taker(LiveComponent):
    async def update(self, assigns, socket): ...
    template = heex("<p></p>")

class Hidden(Base):
    template = heex("<p></p>")

class Page(LiveView):
    template = heex("""
      <.live_component module={Card} id="1" />
      <.live_component module={Card} id="1" title="x" m={2} />
      <.live_component module={Wide} id="1" title="x" n="3" />
      <.live_component module={Taker} id="1" any={1} />
      <.live_component module={Hidden} id="1" any={1} />
      <.live_component module={Wide} id="1" title="x" width={2} n={3} />
    """)
'''


def test_the_command_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(PROJECT)
    assert [fault.reason for fault in check_project([tmp_path])] == [
        "the live component Wide has 2 at its root where one HTML element has to be",
        "<Card> needs the attribute title",
        "<Card> has no attribute m",
        "<Wide> needs the attribute width",
        "the attribute n of <Wide> cannot be '3'",
    ]
