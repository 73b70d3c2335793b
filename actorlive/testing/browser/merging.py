"""The client's side of the diff format: a tree that diffs are merged into, and the HTML that it stands for.

This is the only second implementation in the kit, and a deliberate one: the page that a test sees must be made
from what went over the wire, by the browser's rules. The same random sequences go through this module and
through the official client's own class under Node, and must give the same HTML (tests/testing/test_merging.py).

The rules in short. A node holds statics `s` and numbered dynamics. A diff's value with `s` replaces what stood
there; one without is merged into it. A comprehension keeps its entries under `k`: an entry of a diff is a merge
at the same index, an old index (moved), or both. Shared statics `p` belong to one message and are resolved by the
first rendering after it. Components live beside the tree under `c` and may take over the statics, and the whole
content, of another one: of the same message (`s` positive) or as it was before (`s` negative). A stream's entries
are rendered once and then forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from actorlive.testing.errors import RenderedError

__all__ = ["ClientDiff", "ClientTree", "Extracted", "Rendering", "StreamOps", "split"]

ClientDiff = dict[str, Any]
"""A JSON object as the wire carries it."""

_ROOT_TAG = re.compile(r"\s*(?:<!--.*?-->\s*)*<[^\s/>]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class StreamOps:
    """What one message asks of a stream: `inserts` by DOM id are (at, limit, update_only)."""

    ref: str
    inserts: dict[str, tuple[int, int | None, bool]]
    deletes: tuple[str, ...]
    reset: bool


@dataclass(frozen=True, slots=True)
class Rendering:
    """A view's HTML after a message, and the stream operations that go with it."""

    html: str
    streams: tuple[StreamOps, ...]


@dataclass(frozen=True, slots=True)
class Extracted:
    """A diff without what travels beside the tree: the reply, the events, the page title."""

    diff: ClientDiff
    reply: Any
    events: list[list[Any]]
    title: str | None


def split(diff: Mapping[str, Any]) -> Extracted:
    """Take reply, events and title off a message."""
    rest = dict(diff)
    return Extracted(rest, rest.pop("r", None), rest.pop("e", None) or [], rest.pop("t", None))


class ClientTree:
    """One view's tree, as the client keeps it."""

    def __init__(self, diff: ClientDiff) -> None:
        self.tree: ClientDiff = {}
        self.components: dict[str, ClientDiff] = {}
        self.merge(diff)

    def merge(self, diff: ClientDiff) -> None:
        """Apply one message (without reply, events and title). The diff belongs to the tree afterwards."""
        new = diff.pop("c", None)
        if "s" in diff:
            self.tree = diff
        else:
            _merge(self.tree, diff)
        if new:
            self.components |= _Sharing(new, self.components).resolve_all()

    def forget_components(self, cids: list[int]) -> None:
        """The server has deleted these."""
        for cid in cids:
            self.components.pop(str(cid), None)

    def render_component(self, cid: int) -> Rendering:
        """The HTML of one component. Stream entries are gone after it."""
        renderer = _Renderer(self.components)
        renderer.component(cid)
        return Rendering("".join(renderer.out), tuple(renderer.streams))

    def render(self) -> Rendering:
        """The HTML of the whole view. Stream entries are gone after it, as in the browser."""
        renderer = _Renderer(self.components)
        renderer.node(self.tree, None)
        return Rendering("".join(renderer.out), tuple(renderer.streams))


# -- merging -------------------------------------------------------------------


def _merge(target: ClientDiff, diff: ClientDiff) -> None:
    if "k" in diff:
        _merge_entries(target, diff)
        return
    for key, value in diff.items():
        old = target.get(key)
        if isinstance(value, dict) and "s" not in value and isinstance(old, dict):
            _merge(cast("ClientDiff", old), cast("ClientDiff", value))
        else:
            target[key] = value


def _merge_entries(target: ClientDiff, diff: ClientDiff) -> None:
    """A comprehension's entries; an index in the diff means the state before this message."""
    changes: ClientDiff = diff["k"]
    before: ClientDiff = _copy(target["k"]) if changes.get("km") else {}
    entries: ClientDiff = target["k"]
    for index, change in changes.items():
        if index not in ("kc", "km"):
            entries[index] = _entry(entries.get(index), before, change)
    for index in range(changes["kc"], entries["kc"]):
        entries.pop(str(index), None)
    entries["kc"] = changes["kc"]
    for key in ("stream", "p"):
        if key in diff:
            target[key] = diff[key]


def _entry(current: ClientDiff | None, before: ClientDiff, change: Any) -> ClientDiff:
    if isinstance(change, int):
        return _moved(before, change)
    if isinstance(change, list):
        old, diff = cast("tuple[int, ClientDiff]", change)
        entry = _moved(before, old)
        _merge(entry, diff)
        return entry
    entry = {} if current is None else current
    _merge(entry, change)
    return entry


def _moved(before: ClientDiff, index: int) -> ClientDiff:
    entry = before.get(str(index))
    if entry is None:
        raise RenderedError(
            f"a comprehension's diff moves entry {index}, which was not there before it."
            " Moves need `km`, and indices from before the message."
        )
    return cast("ClientDiff", entry)


class _Sharing:
    """The new components of one message, each resolved once: they may build on one another."""

    def __init__(self, new: dict[str, ClientDiff], old: dict[str, ClientDiff]) -> None:
        self._new = new
        self._old = old
        self._done: dict[str, ClientDiff] = {}

    def resolve_all(self) -> dict[str, ClientDiff]:
        return {cid: self._resolve(cid) for cid in self._new}

    def _resolve(self, cid: str) -> ClientDiff:
        if cid not in self._done:
            self._done[cid] = self._build(cid, self._find(self._new, cid))
        return self._done[cid]

    def _build(self, cid: str, diff: ClientDiff) -> ClientDiff:
        statics = diff.get("s")
        if isinstance(statics, int):
            source = self._resolve(str(statics)) if statics > 0 else self._find(self._old, str(-statics))
            return {**_overlay(source, diff), "s": source["s"]}
        if statics is None and cid in self._old:
            return _overlay(self._old[cid], diff)
        return diff

    def _find(self, components: dict[str, ClientDiff], cid: str) -> ClientDiff:
        if cid not in components:
            raise RenderedError(
                f"a component's diff builds on component {cid}, which the client does not know"
            )
        return components[cid]


def _copy(node: ClientDiff) -> ClientDiff:
    """A node that shares only its lists, which nothing changes, with the first."""
    return {
        key: _copy(cast("ClientDiff", value)) if isinstance(value, dict) else value
        for key, value in node.items()
    }


def _overlay(source: ClientDiff, diff: ClientDiff) -> ClientDiff:
    merged = _copy(source)
    _merge(merged, diff)
    return merged


# -- rendering -----------------------------------------------------------------


class _Renderer:
    """Writes a tree out; resolves shared statics and collects streams on the way."""

    def __init__(self, components: dict[str, ClientDiff]) -> None:
        self.components = components
        self.out: list[str] = []
        self.streams: list[StreamOps] = []

    def node(self, node: ClientDiff, templates: ClientDiff | None) -> None:
        if "k" in node:
            self.comprehension(node, templates)
            return
        templates = node.pop("p", templates)
        self.dynamics(node, _statics(node, templates), templates)

    def comprehension(self, node: ClientDiff, templates: ClientDiff | None) -> None:
        own = node.pop("p", None)
        statics = _statics(node, templates)
        entries: ClientDiff = node["k"]
        for index in range(entries["kc"]):
            entry = entries.get(str(index))
            if entry is None:
                raise RenderedError(
                    f"a comprehension has {entries['kc']} entries, but number {index} is missing"
                )
            self.dynamics(entry, statics, templates or own)
        self.stream(node, entries["kc"])

    def stream(self, node: ClientDiff, count: int) -> None:
        ops = node.get("stream")
        if ops is None:
            return
        ref, inserts, deletes, *reset = cast("list[Any]", ops)
        if count or deletes or reset:
            del node["stream"]
            node["k"] = {"kc": 0}
            wanted = {dom_id: (at, limit, bool(rest and rest[0])) for dom_id, at, limit, *rest in inserts}
            self.streams.append(StreamOps(ref, wanted, tuple(deletes), bool(reset)))

    def dynamics(self, values: ClientDiff, statics: list[str], templates: ClientDiff | None) -> None:
        for index in range(len(statics) - 1):
            self.out.append(statics[index])
            if str(index) not in values:
                raise RenderedError(
                    f"dynamic {index} between {statics[index]!r} and {statics[index + 1]!r} was never sent"
                )
            self.dynamic(values[str(index)], templates)
        self.out.append(statics[-1])

    def dynamic(self, value: Any, templates: ClientDiff | None) -> None:
        if isinstance(value, str):
            self.out.append(value)
        elif isinstance(value, dict):
            self.node(cast("ClientDiff", value), templates)
        elif isinstance(value, int) and not isinstance(value, bool):
            self.component(value)
        else:
            raise RenderedError(f"a dynamic is a string, a node or a component's number, not {value!r}")

    def component(self, cid: int) -> None:
        component = self.components.get(str(cid))
        if component is None:
            raise RenderedError(f"the page holds component {cid}, whose content was never sent")
        inner = _Renderer(self.components)
        inner.node(component, None)
        self.out.append(_with_attribute("".join(inner.out), f' data-phx-component="{cid}"'))
        self.streams += inner.streams


def _statics(node: ClientDiff, templates: ClientDiff | None) -> list[str]:
    statics = node.get("s")
    if isinstance(statics, int):
        found = (templates or {}).get(str(statics))
        if found is None:
            raise RenderedError(f"statics number {statics} are not among the templates of this message")
        node["s"] = statics = found
    if statics is None:
        raise RenderedError(f"a node came without statics before it had any: {node!r:.200}")
    return cast("list[str]", statics)


def _with_attribute(html: str, attribute: str) -> str:
    """A component's HTML with an attribute added to its root tag."""
    tag = _ROOT_TAG.match(html)
    if tag is None:
        raise RenderedError(f"a component must render exactly one root element, not {html!r:.200}")
    return html[: tag.end()] + attribute + html[tag.end() :]
