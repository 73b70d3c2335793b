"""The live components of one view: their numbers, and what the client has of each (docs/design/wire.md,
"Components").

The numbering and the trees belong to the diff; the components' state, and when they mount and update, belong
to the live layer. A message is put together in steps, since updating a component may take an await:

    placements = renderer.start(template, assigns, changed)
    while placements:                       # mount or update each, then
        placements = [p for each component for p in renderer.render_component(cid, …)]
    diff = renderer.finish()

A component that is new to the client is sent as the difference from one like it where there is one.
Numbers are never used twice. Deleting one takes two steps, because it may be rendered again while the client
is still fading it out: `mark`, then `forget`; to be on the page again in between saves it, and sends it whole. The
rule that holds after each message: what the page shows is not marked. A component is on the page when the root's
tree holds it, or that of one that is; so one that is placed again brings along those of its own tree, which no template
placed. A root in full makes the client forget every component: those that the new root does not hold are marked.
Nothing is sent of a marked one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from itertools import chain

from actorlive.rendered import (
    Comprehension,
    Diff,
    Dynamic,
    PlacedComponent,
    Rendered,
    diff_component,
    full_component,
    share_component,
)
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.placing import Placement, identity

__all__ = ["LiveComponents"]


class LiveComponents:
    """The numbered components of a view; a `Numberer`."""

    __slots__ = ("_by_cid", "_cids", "_last", "_marked", "_modules", "_old", "_placed", "_seen", "_whole")

    def __init__(self) -> None:
        self._cids: dict[Hashable, int] = {}
        self._by_cid: dict[int, PlacedComponent] = {}
        self._modules: dict[int, object] = {}
        self._marked: set[int] = set()
        self._last = 0
        # one message
        self._placed: list[Placement] = []
        self._seen: set[int] = set()
        self._old: dict[int, Rendered | None] = {}
        self._whole: set[int] = set()

    def place(self, module: object, id: object, assigns: dict[str, object]) -> PlacedComponent:
        """The node of the component (module, id), numbered now if it is new."""
        key = identity(module, id)
        cid = self._cids.get(key)
        new = cid is None
        if cid is None:
            cid = self._last = self._last + 1
            self._cids[key] = cid
            self._by_cid[cid] = PlacedComponent(cid)
            self._modules[cid] = module
        if cid in self._seen:
            name = getattr(module, "__qualname__", module)
            hint = "each component of a class on the page has an id of its own"
            raise TemplateError(
                f"found duplicate id {id!r} for the component {name} in one render", hint=hint
            )
        self._seen.add(cid)
        back = cid in self._marked
        if back:
            self._marked.discard(cid)
            self._whole.add(cid)
        self._placed.append(Placement(cid, module, id, assigns, new, back))
        return self._by_cid[cid]

    def take_placed(self) -> list[Placement]:
        """What was placed since the last call."""
        placed, self._placed = self._placed, []
        return placed

    def find(self, module: object, id: object) -> int | None:
        """The number of the component (module, id); None when there is none."""
        return self._cids.get(identity(module, id))

    def tree(self, cid: int) -> Rendered | None:
        """The tree that the component rendered last."""
        return self._by_cid[cid].tree

    def note_tree(self, cid: int, tree: Rendered) -> None:
        """Note the component's new tree."""
        node = self._by_cid[cid]
        self._old.setdefault(cid, node.tree)
        node.tree = tree

    def abandon(self) -> None:
        """Drop the message that was being put together."""
        self._placed, self._seen, self._old, self._whole = [], set(), {}, set()

    def finish(self, root: Rendered | None, *, root_is_full: bool) -> Diff:
        """The `c` of the message; {} when no component changed."""
        if root_is_full:
            # What was placed counts by itself: a stream keeps no rows once they are encoded.
            shown = self._held_by(root, *(self._by_cid[cid] for cid in self._seen))
            self._old = {cid: None for cid in self._by_cid if cid in shown}
            self._marked = self._by_cid.keys() - shown
        elif self._marked:
            self._revive()
        for cid in self._whole:
            self._old[cid] = None
        bodies: Diff = {}
        for cid, old in self._old.items():
            new = self._by_cid[cid].tree
            if new is None or cid in self._marked:
                continue
            body = self._new_body(cid, new, bodies, root_is_full) if old is None else diff_component(old, new)
            if body or old is None:
                bodies[cid] = body
        self.abandon()
        return bodies

    def _revive(self) -> None:
        """A component that came onto the page brings along what its tree holds."""
        back = self._held_by(*(self._by_cid[cid].tree for cid in self._seen)) & self._marked
        self._marked -= back
        self._whole |= back

    def _held_by(self, *trees: Dynamic | None) -> set[int]:
        """The components in trees, in their trees, and so on."""
        found: set[int] = set()
        left = list(trees)
        while left:
            value = left.pop()
            if isinstance(value, Rendered):
                left += value.dynamics
            elif isinstance(value, Comprehension):
                left += chain.from_iterable(value.rows)
            elif isinstance(value, PlacedComponent) and value.cid not in found:
                found.add(value.cid)
                left.append(value.tree)
        return found

    def _new_body(self, cid: int, new: Rendered, bodies: Diff, alone: bool) -> Diff:
        """In full, or shared with another component of its module: of this message, or one the client has."""
        module = self._modules[cid]
        for other in bodies:
            source = self._by_cid[int(other)].tree
            if source is not None and self._modules[int(other)] is module:
                body = share_component(source, int(other), new)
                if body is not None:
                    return body
        if not alone:
            for other in self._sources(cid):
                source = self._old.get(other, self._by_cid[other].tree)
                body = share_component(source, -other, new) if source is not None else None
                if body is not None:
                    return body
        return full_component(new)

    def _sources(self, cid: int) -> Iterable[int]:
        module = self._modules[cid]
        for other, node in self._by_cid.items():
            if other != cid and self._modules[other] is module and node.tree is not None:
                if other not in self._marked and other not in self._whole:
                    yield other

    def mark(self, cids: Iterable[int], root: Rendered | None) -> None:
        """The client is about to drop these (`cids_will_destroy`); not those that came back in the meantime."""
        shown = self._held_by(root)
        self._marked.update(cid for cid in cids if cid in self._by_cid and cid not in shown)

    def forget(self, cids: Iterable[int]) -> list[int]:
        """The client dropped these (`cids_destroyed`); returns those that were not placed again meanwhile."""
        gone = [cid for cid in cids if cid in self._marked]
        for cid in gone:
            self._marked.discard(cid)
            del self._by_cid[cid], self._modules[cid]
        self._cids = {key: cid for key, cid in self._cids.items() if cid in self._by_cid}
        return gone
