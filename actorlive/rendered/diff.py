"""Tree → wire diff, as the official client merges it (`rendered.js`; wire.md §6).

The rules, all of them the client's:

* An object with `s` replaces what it finds; one without is merged into it. So `s` goes out exactly where the
  statics at that place are not the ones that the client has, and then every slot goes with it.
* `s` may be a number into `p` at the root of the message. Live components (`c`) do not see that `p`: there a
  node carries its statics literally, and a comprehension carries a `p` of its own.
* An entry of `k` is merged over the *old* entry at its index. Numbers and pairs are moves out of the old
  state, need `km`, and take a copy; so a row may go on from the old row at its own index only if that one
  did not move elsewhere, else two live nodes would share the client's marks.
* A comprehension that never had a row is "", and the client has no statics for it. One that had some keeps
  them for good, and is emptied by `kc: 0`.
* Keys are ints here; msgspec writes them as JSON strings.

`None` stands for "nothing to send" in all of the private functions.
"""

from __future__ import annotations

from typing import Any

from actorlive.rendered.nodes import Comprehension, Delta, LiveComponent, Rendered, SlotValue, Statics

__all__ = ["Diff", "diff_component", "diff_root", "full_component", "full_root", "share_component"]

Diff = dict[int | str, Any]

_NO_PARTS: dict[int, tuple[str, ...]] = {}


class _Shared:
    """The `p` of one message: every statics once, in order of first use."""

    __slots__ = ("numbers", "parts")

    def __init__(self) -> None:
        self.numbers: dict[Statics, int] | None = None  # most messages carry no statics
        self.parts: dict[int, tuple[str, ...]] = _NO_PARTS

    def number(self, statics: Statics) -> int:
        if self.numbers is None:
            self.numbers, self.parts = {}, {}
        number = self.numbers.get(statics)
        if number is None:
            number = self.numbers[statics] = len(self.parts)
            self.parts[number] = statics.parts
        return number


def full_root(tree: Rendered) -> Diff:
    """Everything, statics included: a join, or a root template that changed.

    The root's own `r` is left out: at the top of a message that key is the reply (wire §6.8).
    """
    shared = _Shared()
    message = _slots(tree.slots, shared)
    message["s"] = shared.number(tree.statics)
    message["p"] = shared.parts
    return message


def diff_root(old: Rendered, new: Rendered) -> Diff:
    """What turns the client's `old` into `new`; `{}` if nothing does."""
    if old.statics is not new.statics:
        return full_root(new)
    shared = _Shared()
    message = _changed_slots(old.slots, new.slots, shared)
    if shared.parts:
        message["p"] = shared.parts
    return message


def full_component(tree: Rendered) -> Diff:
    """A live component's whole tree, for `c`."""
    return _node(tree, None)


def diff_component(old: Rendered, new: Rendered) -> Diff:
    """What changed in a live component, for `c`; `{}` if nothing did."""
    if old.statics is not new.statics:
        return full_component(new)
    return _changed_slots(old.slots, new.slots, None)


def share_component(source: Rendered, cid: int, new: Rendered) -> Diff | None:
    """A new component as the difference from another one's tree, or None when there is nothing to share.

    `cid` is positive for a source of this message, negative for one as the client had it before. The client
    copies the whole source, so equal slots need not be sent. A tree with a stream is not shared: the copy
    would take the source's instructions along.
    """
    if source.statics is not new.statics or _has_stream(source) or _has_stream(new):
        return None
    diff = _changed_slots(source.slots, new.slots, None)
    diff["s"] = cid
    return diff


def _has_stream(value: SlotValue) -> bool:
    if isinstance(value, Rendered):
        return any(map(_has_stream, value.slots))
    if isinstance(value, Comprehension):
        return not value.keeps or any(any(map(_has_stream, row)) for row in value.rows)
    return False


# In full ---------------------------------------------------------------------------------------------


def _slots(slots: tuple[SlotValue, ...], shared: _Shared | None) -> Diff:
    return {i: value if value.__class__ is str else _full(value, shared) for i, value in enumerate(slots)}


def _full(value: SlotValue, shared: _Shared | None) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, Rendered):
        return _node(value, shared)
    if isinstance(value, LiveComponent):
        return value.cid
    return _comprehension(value, shared)


def _node(node: Rendered, shared: _Shared | None) -> Diff:
    out = _slots(node.slots, shared)
    out["s"] = node.statics.parts if shared is None else shared.number(node.statics)
    if node.statics.root:
        out["r"] = 1
    return out


def _comprehension(node: Comprehension, shared: _Shared | None) -> object:
    instructions = _consume(node)
    if not node.rows and instructions is None:
        node.sent = False
        return ""
    node.sent = True
    inner = _Shared() if shared is None else shared
    entries: Diff = {i: _slots(row, inner) for i, row in enumerate(node.rows)}
    entries["kc"] = len(node.rows)
    out: Diff = {"s": node.statics.parts if shared is None else shared.number(node.statics), "k": entries}
    return _finish(node, out, instructions, inner if shared is None else None)


def _finish(node: Comprehension, out: Diff, instructions: object, own: _Shared | None) -> Diff:
    if own is not None and own.parts:
        out["p"] = own.parts
    if instructions is not None:
        out["stream"] = instructions
    if not node.keeps:
        node.rows = []
    return out


def _consume(node: Comprehension) -> list[object] | None:
    """Take what the comprehension holds for this message only."""
    node.delta = None
    instructions, node.stream = node.stream, None
    if instructions is None or not (instructions[1] or instructions[2] or len(instructions) > 3):
        return None
    return instructions


# What changed ----------------------------------------------------------------------------------------


def _changed_slots(old: tuple[SlotValue, ...], new: tuple[SlotValue, ...], shared: _Shared | None) -> Diff:
    out: Diff = {}
    if old is new:
        return out
    for i, value in enumerate(new):
        was = old[i]
        if was is value:
            continue
        if value.__class__ is str:
            if was != value:
                out[i] = value
        else:
            change = _changed(was, value, shared)
            if change is not None:
                out[i] = change
    return out


def _changed(old: SlotValue, new: SlotValue, shared: _Shared | None) -> object:
    if isinstance(new, Rendered):
        if isinstance(old, Rendered) and old.statics is new.statics:
            return _changed_slots(old.slots, new.slots, shared) or None
        return _node(new, shared)
    if isinstance(new, Comprehension):
        return _changed_comprehension(old, new, shared)
    return _full(new, shared)


def _changed_comprehension(old: SlotValue, new: Comprehension, shared: _Shared | None) -> object:
    had = isinstance(old, Comprehension) and old.statics is new.statics and old.sent
    if not had:
        out = _comprehension(new, shared)
        return None if out == "" and _nothing(old) else out
    delta, instructions = new.delta, _consume(new)
    new.sent = True
    if not new.keeps:
        return _changed_stream(new, instructions, shared)
    inner = _Shared() if shared is None else shared
    assert isinstance(old, Comprehension)
    if delta is None or delta.base is not old:
        delta = Delta(old, None, range(len(new.rows)))
    entries = _entries(old, new, delta, inner)
    if entries is None:
        return None
    return _finish(new, {"k": entries}, None, inner if shared is None else None)


def _changed_stream(new: Comprehension, instructions: object, shared: _Shared | None) -> object:
    if instructions is None:
        return None
    inner = _Shared() if shared is None else shared
    entries: Diff = {i: _slots(row, inner) for i, row in enumerate(new.rows)}
    entries["kc"] = len(new.rows)
    return _finish(new, {"k": entries}, instructions, inner if shared is None else None)


def _nothing(value: SlotValue) -> bool:
    return value == "" or (isinstance(value, Comprehension) and not value.sent)


def _entries(old: Comprehension, new: Comprehension, delta: Delta, shared: _Shared) -> Diff | None:
    count, before = len(new.rows), len(old.rows)
    entries: Diff = {}
    if delta.sources is None:
        _entries_in_place(entries, old, new, delta, shared)
    else:
        _entries_moved(entries, old, new, delta.sources, shared)
    if not entries and count == before:
        return None
    entries["kc"] = count
    if any(entry.__class__ is not dict for i, entry in entries.items() if i != "kc"):
        entries["km"] = True
    return entries


def _entries_in_place(
    entries: Diff, old: Comprehension, new: Comprehension, delta: Delta, shared: _Shared
) -> None:
    before = len(old.rows)
    for i in delta.rendered:
        if i >= before:
            entries[i] = _slots(new.rows[i], shared)
        else:
            change = _changed_slots(old.rows[i], new.rows[i], shared)
            if change:
                entries[i] = change


def _entries_moved(
    entries: Diff, old: Comprehension, new: Comprehension, sources: list[int], shared: _Shared
) -> None:
    for i, source in enumerate(sources):
        row = new.rows[i]
        if source < 0:
            entries[i] = _slots(row, shared)
            continue
        change = _changed_slots(old.rows[source], row, shared)
        if source == i:
            if change:
                entries[i] = change
        else:
            entries[i] = [source, change] if change else source
