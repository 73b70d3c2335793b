"""Events that a literal binding of a view's own template names, and that the view does not declare."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any, Generic

import pytest
from typing_extensions import TypeVar

from actorlive import Attrs, Event, LiveView, Slot, Template, component, heex
from actorlive.template import TemplateError, check_project, compile_template


class Go(Event):
    """One."""


class AddItem(Event):
    """Another."""


@component
def button(*, inner_block: Slot, rest: Attrs) -> Template:
    """One that binds an event which nobody declares here."""
    return heex("<button phx-blur='own' {@rest}>{render_slot(@inner_block)}</button>")


def view(text: str) -> type[LiveView[Go | AddItem]]:
    class Page(LiveView[Go | AddItem]):
        name: str = "x"
        rest: dict[str, object] = {}
        template = compile_template(text)

    return Page


UNKNOWN = [
    '<p phx-click="og">x</p>',
    "<p phx-click=og>x</p>",
    '<p :if={@name}><b :for={n in @name} phx-window-keydown="og">x</b></p>',
    '{% if @name %}{% for n in @name %}<b phx-blur="og">x</b>{% endfor %}{% else %}{% endif %}',
    '<.form phx-submit="og">x</.form>',
    '<.form phx-change="go">x<.button phx-click="og">y</.button></.form>',
    '<ul id="u" phx-viewport-bottom="og"></ul>',
    '<form phx-auto-recover="og"></form>',
    '<p phx-click="o&#103;">x</p>',
]
KNOWN = [
    '<p phx-click="go" phx-blur="add_item">x</p>',
    '<p phx-click="og" phx-target="#other">x</p>',
    '<p phx-click="og" {@rest}>x</p>',
    '<p phx-click={"og"} phx-keydown={@name}>x</p>',
    '<p phx-click=\'[["push",{"event":"og"}]]\'>x</p>',
    '<p phx-click="lv:clear-flash" phx-hook="og" id="p" phx-value-x="og" phx-click-loading="og">x</p>',
    '<form phx-auto-recover="ignore"></form>',
    "<.button>x</.button>",
]


@pytest.mark.parametrize("text", UNKNOWN)
def test_an_undeclared_event_is_refused_when_the_class_is_made(text: str) -> None:
    with pytest.raises(TemplateError, match="Page declares no event 'og'"):
        view(text)


@pytest.mark.parametrize("text", KNOWN)
def test_what_is_declared_or_not_known_passes(text: str) -> None:
    view(text)


def test_a_view_without_declared_events_takes_any() -> None:
    class Page(LiveView):
        template = heex('<p phx-click="og">x</p>')

    assert Page.template.core.bindings


def test_a_render_method_is_looked_at_too() -> None:
    with pytest.raises(TemplateError, match="Page declares no event 'og'"):

        class Page(LiveView[Go]):  # pyright: ignore[reportUnusedClass]
            def render(self) -> Template:
                return heex('<p phx-click="og">x</p>')


MODULE = """
from actorlive import Event, LiveView, heex
from other import Far, ANY

class Go(Event): ...
class HTTPGet(Event): ...
class Named(Event, name="by hand"): ...

Both = Go | HTTPGet

class Page(LiveView[Both | Named | Far]):
    template = heex('<p phx-click="og" phx-blur="go" phx-focus="by hand" phx-change="far">x</p>')

class Child(Page):
    def render(self):
        return heex('<p phx-keyup="http_gte">x</p>')

class Raw(LiveView):
    template = heex('<p phx-click="og">x</p>')

class OutOfSight(LiveView[ANY | Go]):
    template = heex('<p phx-click="og">x</p>')
"""

SAID = """
Page declares no event 'og'
  --> page.py:12:25
12 |     template = heex('<p phx-click="og" phx-blur="go" phx-focus="by hand" phx-change="far">x</p>')
   |                         ^^^^^^^^^^^^^^
  help: declare it, also if a hook takes it: LiveView[… | Og]; declared are by hand, far, go, http_get.
Child declares no event 'http_gte'
  --> page.py:16:25
16 |         return heex('<p phx-keyup="http_gte">x</p>')
   |                         ^^^^^^^^^^^^^^^^^^^^
  help: declare it, also if a hook takes it: LiveView[… | HttpGte]; declared are by hand, far, go, http_get. Did you mean "http_get"?
"""  # noqa: E501


def test_the_project_check_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "other.py").write_text(
        "from actorlive import Event\nclass Far(Event): ...\n", encoding="utf-8"
    )
    said = "\n".join(str(fault) for fault in check_project([tmp_path]))
    assert re.sub(r"--> \S*/", "--> ", said) == SAID.strip()


def test_the_import_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    text = MODULE.replace("from other import Far, ANY", "from actorlive import RawEvent as ANY")
    text = text.replace("class Go", "class Far(Event): ...\nclass Go")
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "page"}
    with pytest.raises(TemplateError) as caught:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)
    told = re.sub(r"--> \S*/", "--> ", str(caught.value)).replace("13", "12")
    assert told == SAID.strip().partition("\nChild")[0]


Kind = TypeVar("Kind", bound=Event)
Item = TypeVar("Item")


class Shelf(LiveView[Kind | AddItem], Generic[Kind, Item]):
    items: list[Item] = []


class Fixed(LiveView[Go], Generic[Item]):
    items: list[Item] = []


class Books(Shelf[Go, str]):
    pass


class Numbers(Fixed[int]):
    pass


class Swapped(Shelf[Kind, Item], Generic[Item, Kind]):
    pass


class Letters(Swapped[str, Go]):
    pass


class Overruled(Fixed[int], LiveView[AddItem]):  # pyright: ignore[reportGeneralTypeIssues] - the first base decides
    pass


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Books, ["go", "add_item"]),
        (Numbers, ["go"]),
        (Letters, ["go", "add_item"]),
        (Overruled, ["add_item"]),
        (Shelf, ["add_item"]),
    ],
)
def test_the_parameters_of_a_generic_view_are_put_in_their_places(
    cls: type[LiveView[Any]], names: list[str]
) -> None:
    assert cls.__events__.names == names
