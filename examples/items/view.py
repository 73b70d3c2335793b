"""A list that answers at once and stays true: a change is shown first and agreed to by the server afterwards."""

import atexit
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import trio

from actorlive import (
    Error,
    Event,
    Exit,
    LiveView,
    Ok,
    Pid,
    Rejected,
    Socket,
    Stale,
    Stream,
)
from examples.items.store import TOPIC, Added, Gone, Item, Moved, Saved, Store
from examples.scratch import scratch

FADE = 0.35
"""Seconds until a deleted row is taken away: its transition lasts 0.3, and begins a few frames late."""

store = Store(scratch("items.sqlite3"))
os.register_at_fork(after_in_child=store.open)  # a connection is one process's, and workers are forks
atexit.register(store.close)


class Draft(Event):
    title: str = ""


class Add(Event):
    title: str


class Archive(Event):
    id: int


class Delete(Event):
    id: int


class Undo(Event): ...


class Edit(Event):
    id: int


class Retype(Event):
    """What the form of the edited row holds; a new view gets it from the page, and goes on from there."""

    item: int
    version: int
    title: str = ""


class Save(Event):
    item: int
    version: int
    title: str


class Move(Event):
    id: int
    before: int | None


class Search(Event):
    q: str = ""


class Rebuild(Event): ...


class Crash(Event): ...


ItemsEvent = Draft | Add | Archive | Delete | Undo | Edit | Retype | Save | Move | Search | Rebuild | Crash


@dataclass(frozen=True)
class Found:
    q: str
    items: list[Item]


class ItemsLive(LiveView[ItemsEvent]):
    items: Stream[Item]
    title: str = ""
    created: int = 0
    archived: int = 0
    editing: Item | None = None
    typed: str = ""
    deleting: list[Item] = []
    q: str = ""
    found: Found = Found("", [])
    searching: bool = False

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(TOPIC)
        store.restock()
        socket.stream("items", store.all())

    async def handle_event(self, event: ItemsEvent, socket: Socket) -> None:
        match event:
            case Draft(title):
                self.title = title
            case Add(title):
                self.add(title.strip(), socket)
            case Archive(id) | Delete(id) | Edit(id) | Move(id):
                self.on_row(event, store.get(id), socket)
            case Undo():
                self.undo(socket)
            case Retype():
                self.retype(event, socket)
            case Save(item, version, title):
                self.save(item, version, title.strip(), socket)
            case Search(q):
                self.q, self.searching = q, True
                socket.start_async("search", find, q.strip(), supersede=True)
            case Rebuild():
                socket.stream("items", self.listed(), reset=True)
            case Crash():
                raise RuntimeError("the button said so")

    def on_row(self, event: Archive | Delete | Edit | Move, item: Item, socket: Socket) -> None:
        match event:
            case Archive():
                self.archive(item, socket)
            case Delete():
                self.delete(item, socket)
            case Edit():
                self.edit(item, socket)
            case Move(before=before):
                store.move(item, before, socket.pid)
                self.place(item, socket)
                socket.announce(f"{item.title} moved")

    # -- adding: a placeholder at once, the item when there is one -------------

    def add(self, title: str, socket: Socket) -> None:
        store.check_room()
        self.title = ""
        if title:
            self.created += 1
            placeholder = Item(f"new-{self.created}", title, pending=True)
            socket.stream_insert("items", placeholder)
            socket.start_async(("create", placeholder.id), create, title, socket.pid)

    async def handle_async(self, name: object, result: Ok[object] | Exit, socket: Socket) -> None:
        match name, result:
            case ("create", str(placeholder)), Ok(Item() as item):
                socket.stream_delete("items", id=placeholder)
                socket.stream_insert("items", item)
                socket.announce(f"{item.title} added")
            case ("create", str(placeholder)), _:
                socket.stream_delete("items", id=placeholder)
                socket.put_flash("error", "Could not create item")
            case "search", Ok(Found() as found):
                self.found, self.searching = found, False
            case _:
                raise RuntimeError(f"{name!r} ended with {result!r}")

    # -- shown at once; `Rejected` takes it back -------------------------------

    def archive(self, item: Item, socket: Socket) -> None:
        self.archived += 1
        if self.archived % 3 == 0:
            raise Rejected("Archive failed")
        store.remove(item, socket.pid)
        self.forget(item, socket)
        socket.announce(f"{item.title} archived")

    def delete(self, item: Item, socket: Socket) -> None:
        if "locked" in item.title.lower():
            raise Rejected("Delete failed")
        self.deleting = [*self.deleting, item]
        self.stop_editing(item)
        socket.stream_delete("items", item, after=FADE)
        socket.undoable(item.id, partial(self.commit, item, socket))
        socket.announce(f"{item.title} will be deleted")

    def commit(self, item: Item, socket: Socket) -> None:
        store.remove(item, socket.pid)
        self.forget(item, socket)
        socket.announce(f"{item.title} deleted")

    def undo(self, socket: Socket) -> None:
        if self.deleting:
            *self.deleting, item = self.deleting
            socket.undo(item.id)
            self.place(store.get(item.id), socket)
            socket.announce(f"{item.title} restored")

    def forget(self, item: Item, socket: Socket) -> None:
        """The item is gone: from the list, and from whatever this visitor was about to do with it."""
        self.deleting = [other for other in self.deleting if other.id != item.id]
        self.stop_editing(item)
        socket.undo(item.id)
        socket.stream_delete("items", item)

    def listed(self) -> list[Item]:
        deleting = {item.id for item in self.deleting}
        return [item for item in store.all() if item.id not in deleting]

    def place(self, item: Item, socket: Socket) -> None:
        """Show the item where it stands in the store, unless this visitor is deleting it."""
        ids = [other.id for other in self.listed()]
        if item.id in ids:
            socket.stream_delete("items", item)
            socket.stream_insert("items", item, at=ids.index(item.id))

    # -- editing: a save that comes too late is `Stale` ------------------------

    def edit(self, item: Item, socket: Socket) -> None:
        before, self.editing, self.typed = self.editing, item, item.title
        if before and before.id != item.id:
            socket.stream_insert("items", before)
        socket.stream_insert("items", item)

    def retype(self, form: Retype, socket: Socket) -> None:
        if not self.editing:
            self.edit(replace(store.get(form.item), version=form.version), socket)
        self.typed = form.title

    def save(self, id: int, version: int, title: str, socket: Socket) -> None:
        if title:
            self.typed = title
            item = store.save(id, title, socket.pid, expected_version=version)
            self.editing = None
            socket.stream_insert("items", item)
            socket.announce(f"{item.title} saved")

    def stop_editing(self, item: Item) -> None:
        if self.editing and self.editing.id == item.id:
            self.editing = None

    async def handle_stale(self, stale: Stale[Item], socket: Socket) -> None:
        self.editing = stale.fresh  # what was typed is still in the field, and may be saved over it
        await super().handle_stale(stale, socket)

    # -- what other visitors do ------------------------------------------------

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Added(item):
                socket.stream_insert("items", item)
            case Saved(item) if item.id not in {
                other.id for other in [*self.deleting, self.editing] if other
            }:
                socket.stream_insert("items", item, update_only=True)
            case Moved(item):
                self.place(item, socket)
            case Gone(item):
                self.forget(item, socket)
            case _:
                pass


async def create(title: str, by: Pid) -> Item | Error:
    """Shielded: what a visitor added is stored, though they have left or lost their connection meanwhile."""
    with trio.CancelScope(shield=True):
        await trio.sleep(0.8)
    return Error("refused") if "fail" in title.lower() else store.create(title, by)


async def find(q: str) -> Found:
    await trio.sleep(1.5 if q.startswith("slow") else 0.1)
    return Found(q, store.search(q) if q else [])
