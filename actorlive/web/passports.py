"""What stands in the token of a container, and what it says when it comes back (mirrors `Phoenix.LiveView.Session`).

A token names classes and processes; both may be gone when it is read. A view is found by its name among those that
tokens were signed for, or in its module if that is loaded; a process through the book of `live.handed_down`. Nothing is
imported because a token says so.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, cast
from weakref import WeakValueDictionary

from actorlive.live.endpoint import Lineage, Passport, Route
from actorlive.live.handed_down import HandedDown
from actorlive.live.uploads.messages import UploadTicket
from actorlive.live.view import LiveView
from actorlive.web.tokens import Kin, SessionToken, UploadToken

__all__ = ["Passports", "view_name", "view_of"]


def view_name(view: type[LiveView[Any]]) -> str:
    """A view class as a token names it."""
    return f"{view.__module__}:{view.__qualname__}"


def view_of(token: SessionToken) -> str:
    """The name of a token's view, as the log has it."""
    return token.view.partition(":")[2]


class Passports:
    """The passports of one application, to and from what is signed of them."""

    def __init__(self) -> None:
        self._book = HandedDown()
        self._views: WeakValueDictionary[str, type[LiveView[Any]]] = WeakValueDictionary()

    def content(self, passport: Passport) -> SessionToken:
        """What is signed. Raises `CallbackError` for a session that cannot travel."""
        what = f"{passport.view.__qualname__} #{passport.dom_id}"
        return SessionToken(
            id=passport.dom_id,
            view=self._name(passport.view),
            live_session=passport.live_session,
            visitor=passport.visitor,
            session=self._book.write(passport.session, what),
            tag=passport.tag,
            routed=passport.routed,
            sticky=passport.sticky,
            kin=None if passport.lineage is None else self._kin(passport.lineage),
        )

    def read(self, token: SessionToken) -> Passport | None:
        """What a token says; None when its view, its parent or its root is no more."""
        view = self._view(token.view)
        lineage = None if token.kin is None else self._lineage(token.kin, token.live_session)
        if view is None or (token.kin is not None and lineage is None):
            return None
        return Passport(
            view=view,
            dom_id=token.id,
            visitor=token.visitor,
            live_session=token.live_session,
            session=self._book.read(token.session),
            tag=token.tag,
            routed=token.routed,
            sticky=token.sticky,
            lineage=lineage,
        )

    def handed_down(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        """A session as it arrives. Raises `CallbackError` for one that cannot travel."""
        return self._book.read(self._book.write(session, what))

    def upload_content(self, ticket: UploadTicket) -> UploadToken:
        """What is signed of a ticket for one file."""
        return UploadToken(self._book.key(ticket.view), ticket.cid, ticket.upload_ref, ticket.entry_ref)

    def read_upload(self, token: UploadToken) -> UploadTicket | None:
        """What a token says; None when its view is no more."""
        view = self._book.find(token.view)
        return None if view is None else UploadTicket(view, token.cid, token.upload, token.entry)

    def _kin(self, lineage: Lineage) -> Kin:
        book, route = self._book, lineage.root_route
        root_view = None if route is None else self._name(route.view)
        return Kin(book.key(lineage.parent), book.key(lineage.root), root_view)

    def _lineage(self, kin: Kin, live_session: str) -> Lineage | None:
        parent, root = self._book.find(kin.parent), self._book.find(kin.root)
        root_view = None if kin.root_view is None else self._view(kin.root_view)
        if parent is None or root is None or (kin.root_view is not None and root_view is None):
            return None
        route = None if root_view is None else Route(root_view, live_session=live_session)
        return Lineage(parent, root, route)

    def _name(self, view: type[LiveView[Any]]) -> str:
        name = view_name(view)
        self._views[name] = view
        return name

    def _view(self, name: str) -> type[LiveView[Any]] | None:
        known = self._views.get(name)
        if known is not None:
            return known
        module, _, path = name.partition(":")
        found: object = sys.modules.get(module)
        for part in path.split("."):
            found = getattr(found, part, None)
        is_view = isinstance(found, type) and issubclass(found, LiveView)
        return cast("type[LiveView[Any]]", found) if is_view else None
