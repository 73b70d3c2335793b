"""What is wrong with a view is said when its class is made: what, where, and what to do."""

import importlib.util
import linecache
import sys
from pathlib import Path
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, RawEvent, heex
from actorlive.errors import ActorLiveError
from actorlive.testing import live_isolated

HEAD = """\
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from actorlive import ActorLive, Event, LiveView, Socket, heex
class Go(Event): ...
class A:
    class Save(Event): ...
class B:
    class Save(Event): ...
"""

FAULTS = {
    "not async": (
        "class V(LiveView[Go]):\n    def handle_event(self, event, socket): ...",
        """V.handle_event is not async
  --> FILE:11:9
11 |     def handle_event(self, event, socket): ...
   |         ^^^^^^^^^^^^
  help: write `async def handle_event(self, event, socket)`""",
    ),
    "async render": (
        "class V(LiveView):\n    async def render(self): ...",
        """V.render is async, but a render cannot wait
  --> FILE:11:15
11 |     async def render(self): ...
   |               ^^^^^^
  help: write `def render(self)`""",
    ),
    "arity": (
        "class V(LiveView):\n    async def mount(self, params): ...",
        """V.mount does not take what it is called with: params, session, socket
  --> FILE:11:15
11 |     async def mount(self, params): ...
   |               ^^^^^
  help: write `async def mount(self, params, session, socket)`""",
    ),
    "order": (
        "class V(LiveView):\n    async def handle_info(self, socket, message): ...",
        """V.handle_info has its parameters in another order than it is called with: message, socket
  --> FILE:11:15
11 |     async def handle_info(self, socket, message): ...
   |               ^^^^^^^^^^^
  help: write `async def handle_info(self, message, socket)`""",
    ),
    "yield": (
        "class V(LiveView):\n    async def mount(self, params, session, socket): yield",
        """V.mount has a `yield`; a callback returns once
  --> FILE:11:15
11 |     async def mount(self, params, session, socket): yield
   |               ^^^^^
  help: write `async def mount(self, params, session, socket)`""",
    ),
    "of a mixin": (
        "class Mixin:\n    def mount(self, p, s, socket): ...\nclass V(Mixin, LiveView): ...",
        """V.mount is not async
  --> FILE:11:9
11 |     def mount(self, p, s, socket): ...
   |         ^^^^^
  help: write `async def mount(self, params, session, socket)`""",
    ),
    "no annotation": (
        "class V(LiveView):\n    name: str = ''\n    count = 0",
        """V.count has no annotation, so it is not an assign
  --> FILE:12:5
12 |     count = 0
   |     ^^^^^
  help: write `count: int = …` for an assign, `count: ClassVar[int] = …` for a constant of the class""",
    ),
    "a callback's name": (
        "class V(LiveView):\n    mount: int = 0",
        """V declares 'mount', which belongs to the framework
  --> FILE:11:5
11 |     mount: int = 0
   |     ^^^^^
  help: give the assign another name""",
    ),
    "a reserved name": (
        "class V(LiveView):\n    flash: str = ''",
        """V declares 'flash', which belongs to the framework
  --> FILE:11:5
11 |     flash: str = ''
   |     ^^^^^
  help: give the assign another name""",
    ),
    "__init__": (
        "class V(LiveView):\n    def __init__(self):\n        super().__init__()",
        """V has an __init__ of its own; a view is made by the framework
  --> FILE:11:9
11 |     def __init__(self):
   |         ^^^^^^^^
  help: set the first state in `async def mount(self, params, session, socket)`""",
    ),
    "adopt": (
        "class V(LiveView):\n    adopt = True",
        """V.adopt is True, and not the seconds that a page has to join
  --> FILE:11:5
11 |     adopt = True
   |     ^^^^^
  help: write `adopt = 5.0`""",
    ),
    "adopt for ever": (
        "class V(LiveView):\n    adopt = float('inf')",
        """V.adopt is inf, and not the seconds that a page has to join
  --> FILE:11:5
11 |     adopt = float('inf')
   |     ^^^^^
  help: write `adopt = 5.0`""",
    ),
    "adopt by each": (
        "class V(LiveView):\n    adopt: float = 5.0",
        """V declares 'adopt' as an assign; it belongs to the class, not to each view
  --> FILE:11:5
11 |     adopt: float = 5.0
   |     ^^^^^
  help: write `adopt = …` without an annotation""",
    ),
    "kept in a component": (
        "from actorlive import Kept, LiveComponent\nclass C(LiveComponent):\n    draft: Kept[str] = ''",
        """C.draft is kept, and a live component keeps nothing in the page
  --> FILE:12:5
12 |     draft: Kept[str] = ''
   |     ^^^^^
  help: declare it in the view, and give it to the component where it is placed""",
    ),
    "kept within": (
        "from actorlive import Kept\nclass V(LiveView):\n    draft: Kept[str] | None = None",
        """V.draft has its Kept within another type
  --> FILE:12:5
12 |     draft: Kept[str] | None = None
   |     ^^^^^
  help: write it outside: `draft: Kept[… | None]`""",
    ),
    "kept of no type": (
        "from actorlive import Kept\nclass V(LiveView):\n    draft: Kept = ''",
        """V.draft is kept, but nothing says of which type it is
  --> FILE:12:5
12 |     draft: Kept = ''
   |     ^^^^^
  help: write `draft: Kept[str] = …`""",
    ),
    "kept without a JSON form": (
        "from actorlive import Kept\nclass V(LiveView):\n    draft: Kept[list[A] | None] = None",
        """V.draft is kept, and values of list[MODULE.A] | None cannot be read back from JSON
  --> FILE:12:5
12 |     draft: Kept[list[A] | None] = None
   |     ^^^^^
  help: keep what JSON has, structs, dataclasses, dates, or lists and dicts of those""",
    ),
    "kept and streamed": (
        "from actorlive import Kept, Stream\nclass V(LiveView):\n    rows: Kept[Stream[str]]",
        """V.rows is kept, and values of actorlive.live.streams.Stream[str] cannot be read back from JSON
  --> FILE:12:5
12 |     rows: Kept[Stream[str]]
   |     ^^^^
  help: keep what JSON has, structs, dataclasses, dates, or lists and dicts of those""",
    ),
    "kept of a type that is not there": (
        "from actorlive import Kept\nclass V(LiveView):\n    draft: 'Kept[Absent]'",
        """V.draft is kept, and 'Kept[Absent]' cannot be evaluated when the class is made
  --> FILE:12:5
12 |     draft: 'Kept[Absent]'
   |     ^^^^^
  help: import what it names at run time, at the head of the module""",
    ),
    "dataclass": (
        "@dataclass\nclass V(LiveView):\n    n: int = 0\nclass W(V): ...",
        """V is a dataclass, and a view cannot be one: it is made by the framework
  --> FILE:11:7
11 | class V(LiveView):
   |       ^
  help: remove @dataclass: annotated attributes are assigns without it, `field(default_factory=…)` too""",
    ),
    "cached_property": (
        "class V(LiveView):\n    @cached_property\n    def n(self): return 1",
        (
            "V.n is a cached_property, which would never change again. Write `@property`:"
            " it is worked out once per render at most."
        ),
    ),
    "no event": (
        "class V(LiveView[Go | int]): ...",
        """the type argument of V names int, which is not an event
  --> FILE:10:7
10 | class V(LiveView[Go | int]): ...
   |       ^
  help: an event is a class of its own, `class Go(Event): …`, and several are joined by `|`""",
    ),
    "one name": (
        "class V(LiveView[A.Save | Go | B.Save]): ...",
        """V has two events of the name 'save': MODULE.A.Save and MODULE.B.Save
  --> FILE:10:7
10 | class V(LiveView[A.Save | Go | B.Save]): ...
   |       ^
  help: rename one, or name it on the wire: `class Save(Event, name="…")`""",
    ),
    "a template that is text": (
        "class V(LiveView): template = '<p></p>'\nActorLive(secret_key='k' * 40).route('/', V)",
        (
            """V has no template: its `template` is a str
  --> FILE:10:7
10 | class V(LiveView): template = '<p></p>'
   |       ^
  help: write `template = heex(\"""…\""")` in the class, a method `render`, or the file"""
            " beside the module that has the class's name in snake_case and ends in .heex"
        ),
    ),
    "a misspelt template": (
        'class V(LiveView): tempalte = heex("<p></p>")',
        (
            """V.tempalte has no annotation, so it is not an assign
  --> FILE:10:7
10 | class V(LiveView): tempalte = heex("<p></p>")
   |       ^
  help: write `tempalte: Template = …` for an assign, `tempalte: ClassVar[Template] = …` for a constant of the class."""
            ' Did you mean "template"?'
        ),
    ),
    "no template": (
        "class V(LiveView): ...\nActorLive(secret_key='k' * 40).route('/', V)",
        (
            """V has no template
  --> FILE:10:7
10 | class V(LiveView): ...
   |       ^
  help: write `template = heex(\"""…\""")` in the class, a method `render`, or the file"""
            " beside the module that has the class's name in snake_case and ends in .heex"
        ),
    ),
    "no handle_event": (
        "class V(LiveView[Go]):\n    template = heex('<p></p>')\nActorLive(secret_key='k' * 40).route('/', V)",
        """V declares the events go but has no handle_event
  --> FILE:10:7
10 | class V(LiveView[Go]):
   |       ^
  help: write `async def handle_event(self, event, socket)`""",
    ),
    "a layout that is text": (
        "class V(LiveView):\n    layout = 'app.html'",
        """V.layout is 'app.html', and not a component
  --> FILE:11:5
11 |     layout = 'app.html'
   |     ^^^^^^
  help: write one, `@component` above `def layout(*, inner_block: Slot) -> Template`, and give its name""",
    ),
    "a layout that is a function": (
        "def around(*, inner_block): ...\nclass V(LiveView):\n    layout = around",
        """V.layout is a function, and not a component
  --> FILE:12:5
12 |     layout = around
   |     ^^^^^^
  help: write `@component` above it""",
    ),
    "a layout that is a view": (
        "class V(LiveView): ...\nclass W(LiveView):\n    layout = V",
        """W.layout is the class V, and not a component
  --> FILE:12:5
12 |     layout = V
   |     ^^^^^^
  help: write one, `@component` above `def layout(*, inner_block: Slot) -> Template`, and give its name""",
    ),
    "a level that there is not": (
        "class V(LiveView):\n    log_level = 'warn'",
        """V.log_level is 'warn', and not a level
  --> FILE:11:5
11 |     log_level = 'warn'
   |     ^^^^^^^^^
  help: there are 'debug', 'info', 'warning', 'error'. Did you mean "warning"?""",
    ),
    "a container that is text": (
        "class V(LiveView):\n    container = 'section'",
        """V.container is 'section', and not a Container
  --> FILE:11:5
11 |     container = 'section'
   |     ^^^^^^^^^
  help: write `container = Container('section')`""",
    ),
    "one hook alone": (
        "async def check(params, session, socket): ...\nclass V(LiveView):\n    on_mount = check",
        """V.on_mount is a function, and not a tuple of hooks
  --> FILE:12:5
12 |     on_mount = check
   |     ^^^^^^^^
  help: write `on_mount = (check,)`; a hook is `async def check(params, session, socket)` of the module""",
    ),
    "on_mount as a callback": (
        "class V(LiveView):\n    async def on_mount(self, params, session, socket): ...",
        """V.on_mount is a function, and not a tuple of hooks
  --> FILE:11:15
11 |     async def on_mount(self, params, session, socket): ...
   |               ^^^^^^^^
  help: write `on_mount = (hook,)`; a hook is `async def hook(params, session, socket)` of the module""",
    ),
    "a hook that takes too little": (
        "async def check(socket): ...\nclass V(LiveView):\n    on_mount = (check,)",
        """on_mount hook check does not take what it is called with: params, session, socket
  --> FILE:10:11
10 | async def check(socket): ...
   |           ^^^^^
  help: write `async def check(params, session, socket)`""",
    ),
    "a hook without its argument": (
        "async def need(params, session, socket): ...\nclass V(LiveView):\n    on_mount = ((need, 'admin'),)",
        """on_mount hook need does not take what it is called with: argument, params, session, socket
  --> FILE:10:11
10 | async def need(params, session, socket): ...
   |           ^^^^
  help: write `async def need(argument, params, session, socket)`""",
    ),
    "a hook's name as text": (
        "class V(LiveView):\n    on_mount = ('check',)",
        (
            "'check' among the on_mount hooks of V is neither a function nor a class;"
            " write `async def hook(params, session, socket)`"
        ),
    ),
    "a hook of three": (
        "async def need(role, params, session, socket): ...\nclass V(LiveView):\n    on_mount = ((need, 'admin', 1),)",
        "among the on_mount hooks of V is a tuple of another size; write `(hook, argument)`",
    ),
    "a class method": (
        "class V(LiveView):\n    @classmethod\n    async def mount(cls, params, session, socket): ...",
        """V.mount is a class method, and a callback is a method
  --> FILE:12:15
12 |     async def mount(cls, params, session, socket): ...
   |               ^^^^^
  help: write `async def mount(self, params, session, socket)`, without a decorator""",
    ),
    "a property": (
        "class V(LiveView):\n    @property\n    def render(self): ...",
        """V.render is a property, and a callback is a method
  --> FILE:12:9
12 |     def render(self): ...
   |         ^^^^^^
  help: write `def render(self)`, without a decorator""",
    ),
    "a component's message": (
        "from actorlive import LiveComponent\nclass C(LiveComponent):\n    async def handle_info(self, m, s): ...",
        """C.handle_info is never called: a live component has no handle_info
  --> FILE:12:15
12 |     async def handle_info(self, m, s): ...
   |               ^^^^^^^^^^^
  help: write it in the view, and give the component what it needs, where it is placed or by socket.send_update""",
    ),
    "a stream with a default": (
        "from actorlive import Stream\nclass V(LiveView):\n    rows: Stream[str] = []",
        """V.rows is declared as Stream, and its default is []
  --> FILE:12:5
12 |     rows: Stream[str] = []
   |     ^^^^
  help: leave the default out, and fill it in mount: `socket.stream('rows', …)`""",
    ),
    "an AsyncResult with a default": (
        "from actorlive import AsyncResult\nclass V(LiveView):\n    org: AsyncResult[str] = ''",
        """V.org is declared as AsyncResult, and its default is ''
  --> FILE:12:5
12 |     org: AsyncResult[str] = ''
   |     ^^^
  help: leave the default out, and fill it in mount: `socket.assign_async('org', …)`""",
    ),
    "an event's field without annotation": (
        "class Add(Event):\n    by = 1",
        """Add.by has no annotation, so it is not a field of the event
  --> FILE:11:5
11 |     by = 1
   |     ^^
  help: write `by: int = …`, or `by: ClassVar[int] = …` for a constant of the class""",
    ),
    "an event's name that is no text": (
        "class Add(Event, name=3): ...",
        """the name of the event Add is 3, and not a text
  --> FILE:10:7
10 | class Add(Event, name=3): ...
   |       ^^^
  help: write `class Add(Event, name="…")`, as the page sends it""",
    ),
    "an event's field of no JSON": (
        "class Add(Event):\n    to: A\nclass V(LiveView[Add]): ...",
        """Add.to is of the type A, which cannot be read from an event
  --> FILE:11:5
11 |     to: A
   |     ^^
  help: declare what the page sends: text, numbers, dates, enums, structs, dataclasses, or lists and dicts of those""",
    ),
    "an event's field of a type that is not there": (
        "class Add(Event):\n    to: 'Absent'\nclass V(LiveView[Add]): ...",
        """the event Add has a field whose type cannot be used: name 'Absent' is not defined
  --> FILE:10:7
10 | class Add(Event):
   |       ^^^
  help: import what its annotations name at run time, above the class""",
    ),
}


def load(path: Path, source: str) -> Any:
    path.write_text(HEAD + source + "\n", encoding="utf-8")
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[path.stem]
    return module


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_at_import(name: str, tmp_path: Path) -> None:
    source, message = FAULTS[name]
    path = tmp_path / f"faulty_{list(FAULTS).index(name)}.py"
    with pytest.raises(ActorLiveError) as caught:
        load(path, source)
    assert str(caught.value).replace(str(path), "FILE").replace(path.stem, "MODULE") == message


def test_what_is_no_fault(tmp_path: Path) -> None:
    load(
        tmp_path / "faultless.py",
        """
from collections.abc import Callable
from typing import Generic, TypeVar
E = TypeVar("E")

def logged(f):
    def inner(*args):
        return f(*args)
    return inner

class Base(LiveView[Go]):                   # without a template and handle_event: others complete it
    LIMIT = 3
    size: ClassVar[int] = 3
    class Inner: ...
    helper = staticmethod(print)
    _tool = object()

class Whole(Base):
    size = 5
    template = heex("<p></p>")
    @logged
    async def mount(self, params, session, socket): ...
    async def handle_event(self, click, _socket, *rest): ...
    async def handle_info(self, *args): ...
    async def terminate(self, reason, socket, extra=None): ...

T = TypeVar("T")

class Shelf(LiveView[Go], Generic[T]):      # its type argument is not an event
    items: list[T] = []

class Numbers(Shelf[int]): ...

class AnyEvents(LiveView[Any]): ...
class Twice(LiveView[A.Save | A.Save]): ...
class Hooked(LiveView[Go]):                 # a hook may take its events
    on_mount = (print,)
    template = heex("<p></p>")
""",
    )


class Go(Event):
    pass


def test_a_dataclass_is_told_when_it_is_given_a_route() -> None:
    view: Any = type("V", (LiveView,), {"template": heex("<p></p>")})
    view.__dataclass_fields__ = {}
    with pytest.raises(ActorLiveError, match="is a dataclass"):
        ActorLive(QuartTrio("app"), secret_key="k" * 40).route("/", view)


async def test_the_kit_tells_it_too() -> None:
    class Empty(LiveView[RawEvent]):
        pass

    with pytest.raises(ActorLiveError, match="Empty has no template"):
        async with live_isolated(Empty):
            pass
