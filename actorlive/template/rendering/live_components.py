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
is still fading it out: `mark`, then `forget`; to be placed again in between saves it, and sends it whole. One that is
placed again brings along those of its own tree, which no template placed. Until the second step the client has the
component, so a marked one goes on being sent what changes: it may be on the page again, in a row that was streamed
again before the first step arrived, and the client, which looks, will not ask for the second.

What holds a component is the root, or the component whose render placed it last (`_holders`); what goes takes along
what it holds. One that was placed elsewhere while its holder was away has been taken from it (`_robbed`): the holder is
rendered again when it comes back, though it was given the same, and until then its renders do not take it back.

A stream's rows are in the page alone; no tree holds their components (`_streamed`), so they are there until the
client says otherwise. Two things follow. A root in full makes the client forget every component: those that it holds
are sent again, and the streamed ones; the rest is unknown to the client (`_unknown`) until it is placed, and nothing is
sent of it. And the client shows a message by rendering what changed from the outside in, where it does not meet
streamed rows: what changed within them is shown by a message that has nothing around them (`_layer`,
`ComponentBodies.apart`). What else it would not meet is named (`reaching`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple, cast

from actorlive.rendered import (
    Diff,
    Dynamic,
    Dynamics,
    PlacedComponent,
    Rendered,
    diff_component,
    full_component,
    placed_in,
    share_component,
)
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.placing import ComponentIdentity, Placement, identity
from actorlive.template.rendering.reaching import lead_to

__all__ = ["ROOT", "ComponentBodies", "LiveComponents"]

ROOT = 0
"""What holds a component that the view's own template placed; the numbers of components begin at 1."""


class ComponentBodies(NamedTuple):
    """What a message has of components: what goes with the root, and what is shown only by itself, outermost first."""

    along: Diff
    apart: list[Diff]


class LiveComponents:
    """The numbered components of a view; a `Numberer`."""

    __slots__ = (
        "_by_cid",
        "_cids",
        "_holder",
        "_holders",
        "_last",
        "_marked",
        "_modules",
        "_moved",
        "_old",
        "_placed",
        "_robbed",
        "_seen",
        "_streamed",
        "_unknown",
        "_whole",
    )

    def __init__(self) -> None:
        self._cids: dict[ComponentIdentity, int] = {}
        self._by_cid: dict[int, PlacedComponent] = {}
        self._modules: dict[int, object] = {}
        self._holders: dict[int, int] = {}
        self._robbed: set[int] = set()
        self._streamed: set[int] = set()
        self._marked: set[int] = set()
        self._unknown: set[int] = set()
        self._last = 0
        self._holder = ROOT  # who renders now
        # one message
        self._placed: list[Placement] = []
        self._seen: set[int] = set()
        self._moved: set[int] = set()
        self._old: dict[int, Rendered | None] = {}
        self._whole: set[int] = set()

    def place(
        self, module: object, id: object, assigns: dict[str, object], previous: Dynamic | None
    ) -> PlacedComponent:
        """The node of the component (module, id), numbered now if it is new; `previous` is what stood in its place."""
        key = identity(module, id)
        cid = self._cids.get(key)
        new = cid is None
        if cid is None:
            cid = self._last = self._last + 1
            self._cids[key] = cid
            self._by_cid[cid] = PlacedComponent(cid)
            self._modules[cid] = module
        if self._holder in self._robbed and self._holders.get(cid, self._holder) != self._holder:
            return self._by_cid[cid]
        if cid in self._seen:
            raise _duplicate(module, id, "in one render")
        self._seen.add(cid)
        if not new and previous is not self._by_cid[cid]:
            self._moved.add(cid)
        self._hold(cid)
        back = cid in self._robbed
        self._robbed.discard(cid)
        if cid in self._marked:
            back = True
            self._bring_back({cid})
        self._placed.append(Placement(cid, module, id, assigns, new, back))
        return self._by_cid[cid]

    def begin(self, holder: int) -> None:
        """What is placed from now on is placed by this component, or by the root."""
        self._holder = holder

    def _hold(self, cid: int) -> None:
        before = self._holders.get(cid, ROOT)
        if before not in (ROOT, self._holder) and before not in self._seen:
            if cid in self._held_directly(before):
                self._robbed.add(before)
        self._holders[cid] = self._holder
        self._streamed.discard(cid)

    def _held_directly(self, holder: int) -> set[int]:
        return {node.cid for node in placed_in([self._by_cid[holder].tree])}

    def _bring_back(self, cids: set[int]) -> None:
        """They are on the page again, and are sent whole."""
        self._marked -= cids
        self._unknown -= cids
        self._whole |= cids

    def note_streamed(self, rows: Iterable[Dynamics]) -> None:
        """These are rows of a stream, which no tree will hold."""
        self._streamed.update(node.cid for node in placed_in(chain.from_iterable(rows)))

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
        if cid in self._robbed and all(self._holders.get(held) == cid for held in self._held_directly(cid)):
            self._robbed.discard(cid)

    def abandon(self) -> None:
        """Drop the message that was being put together."""
        self._placed, self._seen, self._moved, self._old, self._whole = [], set(), set(), {}, set()

    def check_moved(self, root: Rendered | None) -> None:
        """Raise `TemplateError` for a component that this message placed elsewhere while it still stands where it was.

        What a render leaves out as unchanged places nothing, so `place` alone does not see that.
        """
        if self._moved:
            for cid, count in Counter(self._standing(root)).items():
                if count > 1 and cid in self._moved:
                    module, _, id = next(key for key, number in self._cids.items() if number == cid)
                    raise _duplicate(module, id, "where it was and in another place")

    def finish(self, root: Rendered | None, diff: Diff) -> ComponentBodies:
        """The bodies of the components that changed; `diff` is the root's, to which the way to them is added."""
        root_is_full, root_is_sent = "s" in diff, bool(diff)
        if root_is_full:
            self._start_over(root)
        elif self._marked:
            self._revive()
        for cid in self._whole:
            self._old[cid] = None
        layers = self._layers()
        alone = root_is_full or len(layers) > 1
        bodies = {depth: self._bodies(layer, alone) for depth, layer in sorted(layers.items())}
        for depth, layer in bodies.items() if not root_is_full else ():
            self._make_reachable(layer, root, diff if root_is_sent and depth == 0 else None)
        self.abandon()
        along = bodies.pop(0, {})
        apart = [layer for layer in bodies.values() if layer]
        if not (along or root_is_sent) and apart:
            along = apart.pop(0)
        return ComponentBodies(along, apart)

    def _make_reachable(self, bodies: Diff, root: Rendered | None, diff: Diff | None) -> None:
        """Name what stands around the components of one message where the client would pass it by; `diff` is the root's
        part of that message, None where it has none."""
        inside: dict[int, set[int]] = {}
        for cid in cast("list[int]", list(bodies)):
            for holder, held in self._around(cid, bodies, root_is_sent=diff is not None):
                inside.setdefault(holder, set()).add(held)
                if holder != ROOT:
                    bodies.setdefault(holder, {})
        for holder, held in inside.items():
            if holder != ROOT:
                tree = self._by_cid[holder].tree
                assert tree is not None
                lead_to(held, tree, bodies[holder], in_component=True)
            elif root is not None and diff is not None:
                lead_to(held, root, diff, in_component=False)

    def _around(self, cid: int, bodies: Diff, *, root_is_sent: bool) -> list[tuple[int, int]]:
        """What holds the component, what holds that, and so on, each with what it holds, as far as the client shows it
        by this message; empty where it shows the component by itself."""
        found: list[tuple[int, int]] = []
        seen: set[int] = set()
        while cid not in self._streamed and cid not in seen:
            seen.add(cid)
            holder = self._holders.get(cid, ROOT)
            found.append((holder, cid))
            if holder in bodies:
                return found
            if holder == ROOT:
                return found if root_is_sent else []
            if holder in self._unknown or self._by_cid[holder].tree is None:
                return []
            cid = holder
        return found if cid in self._seen else []

    def _start_over(self, root: Rendered | None) -> None:
        """The client has forgotten every component: what is on the page is sent again."""
        # What was placed counts by itself: a stream keeps no rows once they are encoded.
        held = self._held_by(root, *(self._by_cid[cid] for cid in self._seen))
        shown = held | self._held_by(*(self._by_cid[cid] for cid in self._streamed))
        self._old = {cid: None for cid in self._by_cid if cid in shown}
        self._unknown = self._by_cid.keys() - shown
        self._marked = (self._marked - held) | self._unknown

    def _revive(self) -> None:
        """A component that came onto the page brings along what its tree holds."""
        self._bring_back(self._held_by(*(self._by_cid[cid].tree for cid in self._seen)) & self._marked)

    def _layers(self) -> dict[int, list[int]]:
        """The components to send, by how many streamed rows stand around them that this message does not have."""
        layers: dict[int, list[int]] = {}
        for cid in self._old:
            if cid not in self._unknown and self._by_cid[cid].tree is not None:
                layers.setdefault(self._layer(cid) if self._streamed else 0, []).append(cid)
        return layers

    def _layer(self, cid: int) -> int:
        depth, holder, seen = 0, cid, {ROOT}
        while holder not in seen:
            seen.add(holder)
            depth += holder in self._streamed and holder not in self._seen
            holder = self._holders.get(holder, ROOT)
        return depth

    def _bodies(self, cids: list[int], alone: bool) -> Diff:
        bodies: Diff = {}
        for cid in cids:
            old, new = self._old[cid], self._by_cid[cid].tree
            assert new is not None
            body = self._new_body(cid, new, bodies, alone) if old is None else diff_component(old, new)
            if body or old is None:
                bodies[cid] = body
        return bodies

    def _held_by(self, *trees: Dynamic | None) -> set[int]:
        """The components in trees, in their trees, and so on."""
        found: set[int] = set()
        left = list(trees)
        while left:
            new = [node for node in placed_in(left) if node.cid not in found]
            found.update(node.cid for node in new)
            left = [node.tree for node in new]
        return found

    def _standing(self, root: Rendered | None) -> Iterator[int]:
        """The number of each component of the page, once per place that it stands in. Streamed rows are not known."""
        left, seen = [root], set[int]()
        while left:
            for node in placed_in([left.pop()]):
                yield node.cid
                if node.cid not in seen:
                    seen.add(node.cid)
                    left.append(node.tree)

    def _new_body(self, cid: int, new: Rendered, bodies: Diff, alone: bool) -> Diff:
        """In full, or shared with another component of its module: of this message, or, unless it is `alone`, one
        that the client has."""
        module = self._modules[cid]
        for other in bodies:
            source = self._by_cid[int(other)].tree
            if source is not None and self._modules[int(other)] is module and int(other) not in self._marked:
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
        gone = self._marked.intersection(cids)
        while held := {cid for cid, holder in self._holders.items() if holder in gone} - gone:
            gone |= held
        for cid in gone:
            del self._by_cid[cid], self._modules[cid], self._holders[cid]
        for some in (self._marked, self._unknown, self._robbed, self._streamed):
            some.difference_update(gone)
        self._cids = {key: cid for key, cid in self._cids.items() if cid in self._by_cid}
        return sorted(gone)


def _duplicate(module: object, id: object, where: str) -> TemplateError:
    name = getattr(module, "__qualname__", module)
    hint = "each component of a class on the page has an id of its own"
    return TemplateError(f"found duplicate id {id!r} for the component {name} {where}", hint=hint)
