"""What is wrong with how an application is set up is told by the call that says it, and what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive, Cont, LiveComponent, LiveView, heex
from actorlive.web import ConfigurationError

GOLDEN = dict(
    part.strip().split("\n", 1)
    for part in (Path(__file__).parent / "golden/routes.txt").read_text(encoding="utf-8").split("## ")[1:]
)
"""What is said of each route and page, by the name of the fault."""
A_LAYOUT = (
    "not a component; write one, `@component` above `def layout(*, inner_block: Slot) -> Template`,"
    " and give its name"
)
A_MODULE = 'write "/static/hooks.js", each export of which is a hook'
OF_TEXT = (
    'write one of the two, such as `os.environ.get("…") == "1"`: any text but the empty one would be true'
)


class Page(LiveView):
    """A page."""

    template = heex("<p>x</p>")


class Part(LiveComponent):
    """A part of a page."""

    template = heex("<p>x</p>")


def index() -> str:
    """An ordinary page."""
    return ""


async def check(params: object, session: object, socket: object) -> Cont:
    """A hook."""
    return Cont()


OPTIONS: dict[str, tuple[Any, str]] = {
    "secret_key": (12345, "is of the type int, and not text or bytes; give it as a string"),
    "https": ("yes", f"is 'yes', and not True or False; {OF_TEXT}"),
    "title": (3, "is 3, and not a text; write it in quotes"),
    "stylesheets": ("/a.css", "is '/a.css', and not a list of texts; write ['/a.css']"),
    "default_style": (None, "is None, and not True or False; write one of the two"),
    "root_layout": ("layout.html", f"is 'layout.html', and {A_LAYOUT}"),
    "layout": (Page, f"is the class Page, and {A_LAYOUT}"),
    "hooks": (
        5,
        f"is 5, and not the URL of a module, or a list of them; {A_MODULE}",
    ),
    "limits": (
        {"max_frame": 10},
        "is {'max_frame': 10}, and not Limits; write `Limits(max_frame=…)`, with Limits of actorlive.web",
    ),
    "protect_forms": ("no", f"is 'no', and not True or False; {OF_TEXT}"),
    "csp": (None, "is None, and not a text; write a policy, such as \"default-src 'self'\""),
    "alive": ("up", "is 'up', and not a path; write one that begins with \"/\", or None for none"),
    "ready": (True, 'is True, and not a path; write one that begins with "/", or None for none'),
    "longpoll": ("no", f"is 'no', and not True or False; {OF_TEXT}"),
    "pubsub": (6379, 'is 6379, and not a broker; write the URL of one, "redis://host:6379/0"'),
    "linger": ("20s", "is '20s', and not a number of seconds; write seconds from 0 on, such as `5.0`"),
    "debug": ("false", f"is 'false', and not True or False; {OF_TEXT}"),
    "log_level": (
        "warn",
        "is 'warn', and not a level; there are 'debug', 'info', 'warning', 'error'. Did you mean \"warning\"?",
    ),
    "filter_parameters": ("ssn", "is 'ssn', and not a list of texts; write ['ssn']"),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_no_use_is_told(name: str) -> None:
    value, message = OPTIONS[name]
    with pytest.raises(ConfigurationError) as caught:
        ActorLive(**{name: value})
    assert str(caught.value) == f"ActorLive({name}=…) {message}"


def test_a_secret_is_not_shown() -> None:
    app = QuartTrio("app")
    app.secret_key = 314159
    with pytest.raises(ConfigurationError, match="a secret key is of the type int") as caught:
        _ = ActorLive(app).endpoint.tokens
    assert "314159" not in str(caught.value)


def test_options_of_use_are_taken() -> None:
    ActorLive(https=False, debug=None, stylesheets=("/a.css",), hooks=["/a.js"], csp="", linger=0, alive=None)


def test_an_application_has_one() -> None:
    app = QuartTrio("app")
    ActorLive(app, secret_key="k" * 40)
    with pytest.raises(ConfigurationError, match="this application has an ActorLive already"):
        ActorLive(app, secret_key="k" * 40)


NAMED: dict[str, Any] = {"name": "a"}
SESSIONS: list[tuple[dict[str, Any], str]] = [
    ({"name": Page}, "live.session(name=…) is <class 'tests.web.test_options.Page'>, and not a text"),
    ({"on_mount": check}, "live.session(on_mount=…) is a function, and not a tuple of hooks"),
    ({"on_mount": "check"}, "live.session(on_mount=…) is 'check', and not a tuple of hooks"),
    (
        {"layout": index},
        "live.session(layout=…) is a function, and not a component; write `@component` above it",
    ),
    ({"root_layout": "a.html"}, f"live.session(root_layout=…) is 'a.html', and {A_LAYOUT}"),
]


@pytest.mark.parametrize(("options", "message"), SESSIONS)
def test_an_option_of_a_live_session_of_no_use_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ActorLive().session(**{**NAMED, **options})
    assert str(caught.value).startswith(message)


ROUTES: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "no slash": (("a", Page), {}),
    "the other way round": ((Page, "/a"), {}),
    "of Phoenix": (("/users/:id", Page), {}),
    "of Starlette": (("/users/{id:int}", Page), {}),
    "no such converter": (("/<integer:id>", Page), {}),
    "two of a name": (("/<a>/<a>", Page), {}),
    "a bracket left open": (("/<a", Page), {}),
    "an instance": (("/a", Page()), {}),
    "a function": (("/a", index), {}),
    "a name": (("/a", "Page"), {}),
    "a live component": (("/a", Part), {}),
    "an action": (("/a", Page), {"action": 3}),
    "a layout": (("/a", Page), {"layout": "a.html"}),
    "an address twice": (("/taken", Page), {}),
}


@pytest.mark.parametrize("name", ROUTES)
def test_a_route_that_cannot_be_is_told(name: str) -> None:
    arguments, options = ROUTES[name]
    live = ActorLive(QuartTrio("app"), secret_key="k" * 40)
    live.route("/taken", Page)
    with pytest.raises(ConfigurationError) as caught:
        live.route(*arguments, **options)
    assert str(caught.value) == GOLDEN[name]


def test_a_decorator_that_is_not_called_is_told() -> None:
    with pytest.raises(ConfigurationError, match="the path of a live route is a text, not Page"):
        ActorLive().route(Page)  # type: ignore[arg-type]


def test_a_rule_is_refused_when_the_application_comes_later() -> None:
    live = ActorLive(secret_key="k" * 40)
    live.route("/<integer:id>", Page)
    with pytest.raises(ConfigurationError, match="the route '/<integer:id>' of Page is refused"):
        live.init_app(QuartTrio("app"))


@pytest.mark.parametrize("path", ["/a:b", "/:", "/{}", "/a/<int:id>", "/<path:rest>", "/~{x}"])
def test_a_path_that_looks_like_no_parameter_is_taken(path: str) -> None:
    ActorLive(QuartTrio("app"), secret_key="k" * 40).route(path, Page)


PAGES: dict[str, tuple[Any, dict[str, Any]]] = {
    "a file of Jinja": ("index.html", {}),
    "an assign for a view": (Page, {"id": 3}),
}


@pytest.mark.parametrize("name", PAGES)
async def test_what_cannot_be_rendered_is_told(name: str) -> None:
    page, given = PAGES[name]
    with pytest.raises(ConfigurationError) as caught:
        await ActorLive().render(page, **given)
    assert str(caught.value) == GOLDEN[name]
