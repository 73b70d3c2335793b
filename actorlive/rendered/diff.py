"""Tree → wire diff, as the official client merges it (its `rendered.js`; docs/design/wire.md, "Diffs").

The problem: the client has a tree and merges what it is sent; the server has the tree before and the one after. Find
the shortest message that leads from one to the other, in the time of a walk over what changed, and never one that the
client merges into something else.

The rules, all of them the client's:

* An object with `s` replaces what it finds; one without is merged into it. So `s` goes out exactly where the
  statics at that place are not the ones that the client has, and then every slot goes with it (INV-12).
* `s` may be a number into `p` at the root of the message. Statics that the message uses once stand where they are
  used instead: that is shorter. Live components (`c`) do not see that `p`: there a node carries its statics
  itself, and a comprehension carries a `p` of its own.
* An entry of `k` is merged over the *old* entry at its index. Numbers and pairs are moves out of the old state,
  need `km`, and take a copy. The client marks nodes that are one element (`r`), and two live nodes must not share
  a mark: see `moves`.
* A comprehension that never had a row is "", and the client has no statics for it. One that had some keeps
  them for good, and is emptied by `kc: 0`. The rows of a stream are forgotten once they are shown, so that only
  the instructions need to go where there are no new ones.
* Keys are ints here; msgspec writes them as JSON strings.

`None` stands for "nothing to send" in all of the private functions. While a message is put together the trees
stay as they are (INV-11), so that a part can be written in two ways to see which is shorter; what was meant for this
message alone is cleared by `finish`.

Rejected, with figures in docs/design/wire.md: all statics in `p`, and every move as a move, as LiveView sends them
(8,798 bytes where these are 6,616); a comparison of texts in place of trees, which has to render everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from actorlive.rendered.moves import Moves
from actorlive.rendered.nodes import (
    Comprehension,
    Delta,
    Dynamic,
    Dynamics,
    PlacedComponent,
    Rendered,
    Statics,
)

__all__ = ["Diff", "diff_component", "diff_root", "full_component", "full_root", "share_component"]

Diff = dict[int | str, Any]


def full_root(tree: Rendered) -> Diff:
    """Everything, statics included: a join, or a root template that changed.

    The root's own `r` is left out: at the top of a message that key is the reply.
    """
    message = _Message()
    out = message.dynamics(tree.dynamics)
    message.statics(out, tree.statics)
    return message.finish(out)


def diff_root(old: Rendered, new: Rendered) -> Diff:
    """What turns the client's `old` into `new`; `{}` if nothing does."""
    if old.statics is not new.statics:
        return full_root(new)
    message = _Message()
    return message.finish(message.changed_dynamics(old.dynamics, new.dynamics))


def full_component(tree: Rendered) -> Diff:
    """A live component's whole tree, for `c`."""
    message = _ComponentMessage()
    return message.finish(message.node(tree))


def diff_component(old: Rendered, new: Rendered) -> Diff:
    """What changed in a live component, for `c`; `{}` if nothing did."""
    if old.statics is not new.statics:
        return full_component(new)
    message = _ComponentMessage()
    return message.finish(message.changed_dynamics(old.dynamics, new.dynamics))


def share_component(source: Rendered, cid: int, new: Rendered) -> Diff | None:
    """A new component as the difference from another one's tree, or None when there is nothing to share.

    `cid` is positive for a source of this message, negative for one as the client had it before. The client
    copies the whole source, so equal dynamics need not be sent. A tree with a stream is not shared: the copy
    would take the source's instructions along. No `p` goes along either, since it would take the place of the
    source's, which the copy still needs.
    """
    if source.statics is not new.statics or _has_stream(source) or _has_stream(new):
        return None
    message = _LiteralMessage()
    diff = message.changed_dynamics(source.dynamics, new.dynamics)
    diff["s"] = cid
    return message.finish(diff)


def _has_stream(value: Dynamic) -> bool:
    if isinstance(value, Rendered):
        return any(map(_has_stream, value.dynamics))
    if isinstance(value, Comprehension):
        return not value.keeps or any(any(map(_has_stream, row)) for row in value.rows)
    return False


class _Message:
    """One message, put together."""

    # most messages hold no statics and no loop, so that they make do with these
    _sharing = True
    _literal = False
    _first: dict[Statics, Diff | int] | None = None
    _used: list[tuple[Comprehension, bool]] | None = None
    _parts: dict[int, tuple[str, ...]] | None = None

    def finish(self, out: Diff) -> Diff:
        """The message, with `p` where statics are shared; clears what the trees held for it alone."""
        if self._parts is not None:
            out["p"] = self._parts
        if self._used is not None:
            for node, sent in self._used:
                # INV-11: these were addressed to this message
                node.delta, node.stream, node.sent = None, None, sent
                if not node.keeps:
                    node.rows = []
        return out

    def statics(self, out: Diff, statics: Statics) -> None:
        """Give a node its statics: literally, until they are used a second time."""
        if not self._sharing:
            out["s"] = statics.parts
            return
        if self._first is None:
            self._first = {}
        first = self._first.setdefault(statics, out)
        if first is out:  # the first use: written here, until there is a second
            out["s"] = statics.parts
        elif first.__class__ is int:  # it has a number already
            out["s"] = first
        else:
            out["s"] = self._share(statics, cast("Diff", first))

    def _share(self, statics: Statics, first: Diff) -> int:
        assert self._first is not None
        if self._parts is None:
            self._parts = {}
        # the first use, which is somewhere in the message already, now refers to `p` as well
        number = first["s"] = self._first[statics] = len(self._parts)
        self._parts[number] = statics.parts
        return number

    def _use(self, node: Comprehension, sent: bool) -> None:
        """What the node holds for one message goes with this one."""
        if self._used is None:
            self._used = []
        self._used.append((node, sent))

    # -- in full ---------------------------------------------------------------

    def dynamics(self, dynamics: Dynamics) -> Diff:
        return {i: value if value.__class__ is str else self._full(value) for i, value in enumerate(dynamics)}

    def _full(self, value: Dynamic) -> object:
        if isinstance(value, str):
            return value
        if isinstance(value, Rendered):
            return self.node(value)
        if isinstance(value, PlacedComponent):
            return value.cid
        return self._comprehension(value)

    def node(self, node: Rendered) -> Diff:
        out = self.dynamics(node.dynamics)
        self.statics(out, node.statics)
        if node.statics.root:
            out["r"] = 1
        return out

    def _comprehension(self, node: Comprehension) -> object:
        instructions = _instructions(node)
        if not node.rows and instructions is None:
            self._use(node, sent=False)
            return ""
        self._use(node, sent=True)
        out: Diff = {}
        self.statics(out, node.statics)
        opened = self._open()
        out["k"] = self._rows(node)
        if instructions is not None:
            out["stream"] = instructions
        if opened:
            self._close(out)
        return out

    def _rows(self, node: Comprehension) -> Diff:
        entries: Diff = {i: self.dynamics(row) for i, row in enumerate(node.rows)}
        entries["kc"] = len(node.rows)
        return entries

    def _open(self) -> bool:
        """Begin a `p` of the comprehension's own, in a component; False where there is one already."""
        if self._sharing or self._literal:
            return False
        self._sharing, self._first, self._parts = True, None, None
        return True

    def _close(self, out: Diff) -> None:
        if self._parts is not None:
            out["p"] = self._parts
        self._sharing, self._first, self._parts = False, None, None

    # -- what changed ----------------------------------------------------------

    def changed_dynamics(self, old: Dynamics, new: Dynamics) -> Diff:
        out: Diff = {}
        if old is new:
            return out
        for i, value in enumerate(new):
            was = old[i]
            if was is value:  # INV-11: the same object is the same content, however deep
                continue
            if value.__class__ is str:
                if was != value:
                    out[i] = value
            else:
                change = self._changed(was, value)
                if change is not None:
                    out[i] = change
        return out

    def _changed(self, old: Dynamic, new: Dynamic) -> object:
        if isinstance(new, Rendered):
            if isinstance(old, Rendered) and old.statics is new.statics:
                return self.changed_dynamics(old.dynamics, new.dynamics) or None
            return self.node(new)
        if isinstance(new, Comprehension):
            return self._changed_comprehension(old, new)
        return self._full(new)

    def _changed_comprehension(self, old: Dynamic, new: Comprehension) -> object:
        if not (isinstance(old, Comprehension) and old.statics is new.statics and old.sent):
            out = self._comprehension(new)
            return None if out == "" and _is_nothing(old) else out
        self._use(new, sent=True)
        opened = self._open()
        out = self._changed_rows(old, new) if new.keeps else self._changed_stream(new)
        if opened:
            self._close(out)
        return out or None

    def _changed_rows(self, old: Comprehension, new: Comprehension) -> Diff:
        delta = new.delta
        # how it came out of another tree says nothing about this one
        if delta is None or delta.base is not old:
            delta = Delta(old, None, range(len(new.rows)))
        sources, rendered = delta.sources, delta.rendered
        if sources is not None:
            sources = Moves(_LiteralMessage(), old.rows, new.rows, keyed=delta.keyed).plan(sources)
            rendered = range(len(new.rows))
        if sources is None:
            entries = self._in_place(old.rows, new.rows, rendered)
        else:
            entries = self._moved(old.rows, new.rows, sources)
        if not entries and len(new.rows) == len(old.rows):
            return {}
        entries["kc"] = len(new.rows)
        return {"k": entries}

    def _changed_stream(self, new: Comprehension) -> Diff:
        instructions = _instructions(new)
        if instructions is None:
            return {}
        return {"k": self._rows(new), "stream": instructions} if new.rows else {"stream": instructions}

    def _in_place(self, old: list[Dynamics], new: list[Dynamics], rendered: Iterable[int]) -> Diff:
        """The entries of the rows, each over the old one at its index."""
        entries: Diff = {}
        before = len(old)
        for i in rendered:
            if i >= before:
                entries[i] = self.dynamics(new[i])
            elif old[i] is not new[i]:
                change = self.changed_dynamics(old[i], new[i])
                if change:
                    entries[i] = change
        return entries

    def _moved(self, old: list[Dynamics], new: list[Dynamics], sources: list[int]) -> Diff:
        """The entries of the rows, each over the old one that it goes on from."""
        entries: Diff = {}
        moved = False
        for i, source in enumerate(sources):
            row = new[i]
            if source < 0:
                entries[i] = self.dynamics(row)
                continue
            change = None if row is old[source] else self.changed_dynamics(old[source], row)
            if source != i:
                moved = True
                entries[i] = [source, change] if change else source
            elif change:
                entries[i] = change
        if moved:
            entries["km"] = 1
        return entries


class _ComponentMessage(_Message):
    """A live component's part of a message."""

    _sharing = False


class _LiteralMessage(_ComponentMessage):
    """The same without any `p`; also what is only written to be measured, and never finished."""

    _literal = True


def _instructions(node: Comprehension) -> list[object] | None:
    """What a stream's message has to say, or None."""
    instructions = node.stream
    if instructions is None or not (instructions[1] or instructions[2] or len(instructions) > 3):
        return None
    return instructions


def _is_nothing(value: Dynamic) -> bool:
    return value == "" or (isinstance(value, Comprehension) and not value.sent)
