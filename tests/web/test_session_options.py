"""What a live session, a route and a view say of a page: layouts, session data, the container, hooks with assigns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st
from quart import Request
from quart_trio import QuartTrio

from actorlive import Cont, Container, Halt, LiveView, Slot, Socket, Template, component, heex
from actorlive.errors import AssignError, CallbackError
from actorlive.live.endpoint import Layout
from actorlive.testing import Redirected, live
from actorlive.web import ActorLive
from actorlive.web.errors import ConfigurationError
from tests.web.views import KEY


def new_app(**options: Any) -> ActorLive:
    return ActorLive(QuartTrio("options"), secret_key=KEY, **options)


# -- layouts -------------------------------------------------------------------


@component
def of_application(*, inner_block: Slot) -> Template:
    return heex("<div data-layout='application'>{render_slot(@inner_block)}</div>")


@component
def of_session(*, inner_block: Slot) -> Template:
    return heex("<div data-layout='session'>{render_slot(@inner_block)}</div>")


@component
def of_route(*, inner_block: Slot) -> Template:
    return heex("<div data-layout='route'>{render_slot(@inner_block)}</div>")


@component
def of_view(*, inner_block: Slot) -> Template:
    return heex("<div data-layout='view'>{render_slot(@inner_block)}</div>")


@component
def of_mount(*, inner_block: Slot) -> Template:
    return heex("<div data-layout='mount'>{render_slot(@inner_block)}</div>")


PLACES = ["application", "session", "route", "view", "mount"]
LAYOUTS: list[Layout] = [of_application, of_session, of_route, of_view, of_mount]

said = st.tuples(*(st.sampled_from(["nothing", "its own", "none"]) for _ in PLACES))


def as_given(what: str, layout: Layout) -> Any:
    return {"nothing": ..., "its own": layout, "none": None}[what]


def expected(says: tuple[str, ...]) -> str | None:
    """The place whose layout counts, by the rule in words: the nearest that says anything; "none" is something."""
    for place, what in reversed([*zip(PLACES, says, strict=True)]):
        if what != "nothing":
            return place if what == "its own" else None
    return None


def laid_out(says: tuple[str, ...]) -> ActorLive:
    application, session, route, view, mount = (
        as_given(what, layout) for what, layout in zip(says, LAYOUTS, strict=True)
    )

    class Page(LiveView):
        template = heex("<p>content</p>")

        async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
            if mount is not ...:
                socket.put_layout(mount)

    if view is not ...:
        Page.layout = view
    extension = new_app(layout=None if application is ... else application)
    extension.session("group", layout=session).route("/", Page, layout=route)
    return extension


@given(said)
def test_the_nearest_that_says_anything_about_the_layout_counts_in_both_lives(says: tuple[str, ...]) -> None:
    async def main() -> None:
        extension = laid_out(says)
        page = await (await extension.app.test_client().get("/")).get_data(as_text=True)
        assert re.findall(r"data-layout=.(\w+)", page) == [expected(says)] * (expected(says) is not None)
        async with live(extension, "/") as view:
            assert re.findall(r"data-layout=.(\w+)", await view.render()) == re.findall(
                r"data-layout=.(\w+)", page
            )

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


async def test_a_patch_does_not_lead_into_another_layout() -> None:
    extension = new_app()

    class Page(LiveView):
        template = heex("<p>content</p>")

        async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
            self.page_title = f"{socket.navigation_type('/other')} {socket.navigation_type('/same?x=1')}"

    extension.route("/", Page)
    extension.route("/same", Page)
    extension.route("/other", Page, layout=of_route)
    async with live(extension, "/") as view:
        assert await view.page_title() == "navigate patch"


async def test_a_layout_is_put_in_mount_only() -> None:
    class Late(LiveView):
        template = heex("<p>content</p>")

        async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
            with pytest.raises(CallbackError, match=r"put_layout\(…\) works in mount only"):
                socket.put_layout(None)

    extension = new_app()
    extension.route("/", Late)
    async with live(extension, "/"):
        pass


@component
def admin_root(*, document: Mapping[str, Any], inner_block: Slot) -> Template:
    return heex("""
      <.root_layout {@document} lang="de" icon="/static/icon.svg">
        <:head><meta name="robots" content="noindex"></:head>
        {render_slot(@inner_block)}
        <:scripts><script src="/static/config.js"></script></:scripts>
      </.root_layout>
    """)


class Plain(LiveView):
    template = heex("<p>content</p>")


async def document(extension: ActorLive, path: str = "/") -> str:
    return await (await extension.app.test_client().get(path)).get_data(as_text=True)


async def test_a_live_session_has_a_document_of_its_own_made_of_the_default_one() -> None:
    extension = new_app(title="Shop", stylesheets=["/static/shop.css"])
    extension.route("/", Plain)
    extension.session("admin", root_layout=admin_root).route("/admin", Plain)
    shop, admin = await document(extension), await document(extension, "/admin")
    for page in (shop, admin):
        assert page.count("<!DOCTYPE html>") == 1
        assert re.search(r'<link phx-track-static rel="stylesheet" href="/static/shop.css">', page)
        assert ">Shop</title>" in page
        assert "<p>content</p>" in page
    assert '<html lang="en">' in shop
    assert "noindex" not in shop
    head = admin.partition("</head>")[0]
    assert '<html lang="de">' in head
    assert '<meta name="robots" content="noindex">' in head
    assert '<link rel="icon" href="/static/icon.svg">' in head
    assert head.index("/static/config.js") < head.index("<script defer")
    assert "al-colocated" in head


# -- session data --------------------------------------------------------------


class ShowsSession(LiveView):
    shown: str = ""
    template = heex("<p>{@shown}</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.shown = repr([session.get("tenant"), session.get("roles"), session.get("user")])


async def tenant_of(request: Request) -> Mapping[str, Any]:
    return {"tenant": request.headers.get("Host"), "roles": ("a", "b")}


def plain_tenant(request: Request) -> Mapping[str, Any]:
    return {"tenant": request.host, "roles": ["a", "b"]}


@pytest.mark.parametrize(
    "given_session",
    [tenant_of, plain_tenant, {"tenant": "localhost", "roles": ["a", "b"], "user": "ada"}],
    ids=["a coroutine", "a function", "a mapping"],
)
async def test_a_live_session_adds_to_the_session_of_both_lives(given_session: Any) -> None:
    extension = new_app()
    group = extension.session("group", session=given_session)
    group.route("/", ShowsSession)
    group.route("/next", ShowsSession)
    page = await document(extension)
    async with live(extension, "/", session={"user": "ada"}) as view:
        assert await view.text() == "['localhost', ['a', 'b'], 'ada']"
        following = await view.live_redirect("/next")
        assert await following.text() == "['localhost', ['a', 'b'], 'ada']"
    shown = "[&#39;localhost&#39;, [&#39;a&#39;, &#39;b&#39;], "
    assert shown in page


@pytest.mark.parametrize("wrong", [{"x": object()}, {1: 2}, {"x": {(1, 2): 3}}])
def test_what_has_no_json_form_is_refused_when_it_is_given(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="the session of the live session 'group' is"):
        new_app().session("group", session=wrong)


async def test_a_function_that_returns_something_else_is_the_requests_error() -> None:
    extension = new_app()
    extension.session("group", session=lambda request: cast("Any", ["no mapping"])).route("/", ShowsSession)
    with pytest.raises(ConfigurationError, match="is \\['no mapping'\\]"):
        async with live(extension, "/"):
            pass


def test_a_name_is_given_once() -> None:
    extension = new_app()
    extension.session("admin")
    for name in ("admin", "default"):
        with pytest.raises(ConfigurationError, match=f"there is a live session '{name}' already"):
            extension.session(name)


# -- containers ----------------------------------------------------------------


class Section(LiveView):
    container = Container("section", class_=["page", "wide"], data_role="main", hidden=None, inert=True)
    template = heex("<p>section</p>")


class Article(LiveView):
    container = Container("section", class_="a&b")
    template = heex("<p>article</p>")


def contained() -> ActorLive:
    extension = new_app()
    extension.route("/section", Section)
    extension.route("/article", Article)
    extension.route("/plain", Plain)
    return extension


async def test_a_view_is_in_the_element_that_it_names() -> None:
    page = await document(contained(), "/section")
    assert re.search(
        r'<section id="phx-[\w-]+" data-phx-main data-phx-session="[\w.=-]+" data-phx-static="[\w.=-]+"'
        r' class="page wide" data-role="main" inert=""><p>section</p></section>',
        page,
    )


async def test_a_live_navigation_dresses_the_container_as_the_next_views() -> None:
    async with live(contained(), "/section") as view:
        following = await view.live_redirect("/article")
        container = following.client_view.container
        assert (container.tag, container.attrs["class"]) == ("section", "a&b phx-connected")
        assert "data-role" not in container.attrs
        assert container.attrs["data-phx-session"]


async def test_a_view_in_an_element_of_another_tag_is_loaded() -> None:
    async with live(contained(), "/section") as view:
        following = await view.live_redirect("/plain")
        assert following.page is not view.page
        assert following.client_view.container.tag == "div"


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("img", {}),
        ("a b", {}),
        ("", {}),
        ("DIV", {}),
        ("div", {"id": "x"}),
        ("div", {"data_phx_session": "x"}),
    ],
)
def test_what_cannot_be_a_container(tag: str, attributes: dict[str, Any]) -> None:
    with pytest.raises(CallbackError):
        Container(tag, **attributes)


# -- hooks that bring assigns along --------------------------------------------


class WithUser:
    """Who is logged in."""

    user: str
    roles: list[str] = []

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont:
        socket.assign(user=session.get("user", "nobody"))
        socket.private["seen"] = [*socket.private.get("seen", []), socket.assigns["user"]]
        return Cont()


class Greets(LiveView):
    on_mount = (WithUser,)
    seen: int = 0
    template = heex("<p>{@user} {len(@roles)} {@seen}</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        assert socket.assigns["user"] == "ada"
        self.seen = len(socket.private["seen"])


@component
def greeting(*, user: str, inner_block: Slot) -> Template:
    return heex("<b>Hello {@user}</b>{render_slot(@inner_block)}")


async def test_a_views_hook_brings_its_assigns_along_and_runs_once() -> None:
    extension = new_app()
    extension.session("users", on_mount=[WithUser]).route("/", Greets)
    async with live(extension, "/", session={"user": "ada"}) as view:
        assert await view.text() == "ada 0 1"


async def test_a_live_sessions_hook_brings_assigns_along_for_its_layout() -> None:
    class Knows(LiveView):
        template = heex("<p>content</p>")

    extension = new_app()
    extension.session("users", on_mount=[WithUser], layout=greeting).route("/", Knows)
    async with live(extension, "/", session={"user": "ada"}) as view:
        assert await view.element("b").text() == "Hello ada"


async def test_what_a_hook_brings_is_each_views_own_and_a_views_default_goes_before_it() -> None:
    class Own(LiveView):
        on_mount = (WithUser,)
        roles: list[str] = ["own"]
        template = heex("<p>{@user} {@roles[0]}</p>")

    one, two = Greets(), Greets()
    assert one.__dict__["roles"] is not two.__dict__["roles"]
    assert Own().roles == ["own"]


def test_a_name_that_no_hook_brings_is_found_when_the_view_is_made() -> None:
    with pytest.raises(Exception, match="usr"):

        class Wrong(LiveView):  # pyright: ignore[reportUnusedClass]
            on_mount = (WithUser,)
            template = heex("<p>{@usr}</p>")


def test_what_is_something_else_in_the_view_cannot_be_brought() -> None:
    class Bad:
        mount: str = ""

        @staticmethod
        async def on_mount(params: object, session: object, socket: Socket) -> Cont:
            return Cont()

    with pytest.raises(AssignError, match="Bad brings the assign 'mount' along, which is something else in"):

        class Wrong(LiveView):  # pyright: ignore[reportUnusedClass]
            on_mount = (Bad,)
            template = heex("<p></p>")


def test_what_is_no_hook_is_refused_when_the_view_is_made_or_routed() -> None:
    class Without:
        user: str = ""

    with pytest.raises(CallbackError, match="is among on_mount hooks and has no on_mount"):
        new_app().session("users", on_mount=[Without]).route("/", Plain)
    with pytest.raises(CallbackError, match="'nothing' among the on_mount hooks of Plain is neither"):
        new_app().session("users", on_mount=["nothing"]).route("/", Plain)  # pyright: ignore[reportArgumentType]


async def test_hooks_run_before_the_view_in_both_lives_and_may_send_the_visitor_away() -> None:
    extension = new_app()

    async def nobody(params: object, session: Mapping[str, Any], socket: Socket) -> Any:
        socket.put_flash("error", "not you")
        socket.redirect("/login")
        return Halt()

    extension.session("closed", on_mount=[nobody]).route("/", Plain)
    with pytest.raises(Redirected) as redirected:
        async with live(extension, "/"):
            pass
    assert (redirected.value.to, redirected.value.flash) == ("/login", {"error": "not you"})
