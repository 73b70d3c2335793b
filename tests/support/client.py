"""A client of one `LiveConnection`, in memory, that keeps every frame: for tests that look at the wire itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
import trio
import trio.testing

from actorlive.live.endpoint import KeptPlace, Mount, Passport, Route
from actorlive.live.intake import MAX_FRAME
from actorlive.live.process.connection import ConnectionInfo, LiveConnection, Refused
from actorlive.live.uploads.messages import UploadTicket
from actorlive.live.view import LiveView
from actorlive.runtime import Node

Frame = list[Any]


class NoKeys:
    """What an endpoint signs, for anybody to read; its views have no views within them, nor files beside them."""

    max_frame = MAX_FRAME

    def static_path(self, name: str, /) -> str:
        return f"/static/{name}"

    def default_title(self, route: Route, /) -> str:
        return ""

    tickets: ClassVar[dict[str, UploadTicket]] = {}

    def sign_flash(self, flash: Mapping[str, str]) -> str:
        return f"flash:{json.dumps(dict(flash))}"

    def sign_reload(self, status: int) -> str:
        return f"status:{status}"

    def sign_passport(self, passport: Passport) -> str:
        return f"passport:{passport.dom_id}"

    def is_current(self, url: str) -> bool:
        return True

    def sign_static(self, dom_id: str, flash: Mapping[str, str]) -> str:
        return f"static:{dom_id}"

    def sign_upload(self, ticket: UploadTicket) -> str:
        token = f"upload:{len(self.tickets)}"
        self.tickets[token] = ticket
        return token

    def read_upload(self, token: str) -> UploadTicket | None:
        return self.tickets.get(token)

    max_kept = 16 * 1024
    max_url = 16 * 1024

    def sign_kept(self, place: KeptPlace, name: str, value: bytes, /) -> str:
        return json.dumps([place.view.__qualname__, place.dom_id, place.visitor, name, value.decode()])

    def read_kept(self, place: KeptPlace, name: str, token: str, /) -> bytes | None:
        *where, value = json.loads(token)
        expected = [place.view.__qualname__, place.dom_id, place.visitor, name]
        return value.encode() if where == expected else None

    def handed_down(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        return dict(session)


class Views(NoKeys):
    """A gate with the given views at paths, and no keys: it lets everybody in."""

    debug = True

    def __init__(self, views: Mapping[str, type[LiveView[Any]]], **route: Any) -> None:
        self._views = views
        self._route = route

    def route_for(self, uri: str) -> Route | None:
        parts = urlsplit(uri)
        view = self._views.get(parts.path)
        return None if view is None else Route(view, params=dict(parse_qsl(parts.query)), **self._route)

    def url_for(self, to: str | type, values: Mapping[str, Any]) -> str:
        raise AssertionError("there are no names of routes here")

    def authorize(self, join: Any, payload: Any, connection: ConnectionInfo) -> Mount | Refused:
        route = self.route_for(payload.url or payload.redirect)
        if route is None:
            return Refused("unauthorized")
        return Mount(
            route=route,
            dom_id=join.topic.removeprefix("lv:"),
            uri=payload.url or payload.redirect,
            params=route.params,
            session=connection.session or {},
            endpoint=self,
            connect_params=payload.connect_params,
            mounts=payload.mounts,
            kept=payload.kept,
        )


class Client:
    """Sends what a browser sends; `frames` is all that came back, decoded."""

    def __init__(self, node: Node, views: Mapping[str, type[LiveView[Any]]] | Views, **options: Any) -> None:
        gate = views if isinstance(views, Views) else Views(views)
        self.node = node
        self.frames: list[Frame] = []
        self._refs = map(str, itertools.count(1))
        self._join_ref = ""
        self.joined: dict[str, Any] = {}
        """The response to the last join."""
        self.topic = "lv:phx-test"
        self.connection = LiveConnection(node, gate, self._arrived, ConnectionInfo(session={}), **options)

    def _arrived(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    def push(self, event: str, payload: object) -> str:
        """One frame to the view; its ref. Does not wait."""
        ref = next(self._refs)
        self.connection.receive(json.dumps([self._join_ref, ref, self.topic, event, payload]))
        return ref

    async def join(self, path: str = "/", **params: Any) -> dict[str, Any]:
        """Join the view at a path; the response."""
        self._join_ref = ref = next(self._refs)
        payload = {
            "url": f"http://test{path}",
            "session": "s",
            "static": None,
            "params": params,
            "sticky": False,
        }
        self.connection.receive(json.dumps([ref, ref, self.topic, "phx_join", payload]))
        return (await self.reply(ref))["response"]

    def click(self, event: str, **value: Any) -> str:
        """An event of a click; its ref. Does not wait."""
        return self.push("event", {"type": "click", "event": event, "value": value})

    async def clicked(self, event: str, **value: Any) -> dict[str, Any]:
        """An event of a click, answered: the response."""
        return (await self.reply(self.click(event, **value)))["response"]

    async def reply(self, ref: str) -> dict[str, Any]:
        """The answer to that frame, as soon as there is one."""
        with trio.fail_after(60):
            while True:
                for frame in self.frames:
                    if frame[1] == ref and frame[3] == "phx_reply":
                        return frame[4]
                await trio.sleep(0.001)

    def replies(self) -> list[tuple[str, dict[str, Any]]]:
        """`(ref, response)` of every answer, in the order of arrival."""
        return [(frame[1], frame[4]["response"]) for frame in self.frames if frame[3] == "phx_reply"]

    def pushes(self, event: str = "diff") -> list[Any]:
        """The payloads of every frame of that name, in the order of arrival."""
        return [frame[4] for frame in self.frames if frame[3] == event]

    @property
    def views(self) -> list[Any]:
        """The pids of the joined views."""
        return self.connection.views


async def settled() -> None:
    """Every task waits for something."""
    await trio.testing.wait_all_tasks_blocked()


def raw(value: object) -> msgspec.Raw:
    """A JSON payload."""
    return msgspec.Raw(msgspec.json.encode(value))
