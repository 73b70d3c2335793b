"""Random, legal sequences of diffs: a server in miniature that forgets nothing and shares whatever may be shared."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

from tests.support.narrow import untyped

Diff = dict[str, Any]

MAX_DEPTH = 3


class Author:
    """Writes one view's join and the diffs after it. The state is a tree of the same shape as the client's."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.serial = 0
        self.templates: Diff | None = None
        self.last_cid = 0
        self.before: Diff = {}
        self.created: set[str] = set()
        self.components: Diff = {}
        self.new_components: Diff = {}
        self.tree: Diff = {}

    def sequence(self, length: int) -> list[Diff]:
        """A join and `length` diffs."""
        return [self.message(self.join), *(self.message(self.change) for _ in range(length))]

    def message(self, write: Any) -> Diff:
        self.templates = {} if self.random.random() < 0.5 else None
        self.new_components = {}
        self.before = deepcopy(self.components)
        self.created: set[str] = set()
        diff = write()
        if self.templates:
            diff["p"] = self.templates
        if self.new_components:
            diff["c"] = self.new_components
            for cid, component in self.new_components.items():
                self.components.setdefault(cid, component)
        return deepcopy(diff)

    def join(self) -> Diff:
        self.tree = self.node(0)
        return self.wire(self.tree)

    def change(self) -> Diff:
        diff = self.changes(self.tree, 0)
        for cid in list(self.components):
            if cid not in self.new_components and self.random.random() < 0.3:
                self.templates, kept = None, self.templates
                update = self.changes(self.components[cid], 1)
                self.templates = kept
                if update:
                    self.new_components[cid] = update
        return diff

    # -- making ----------------------------------------------------------------

    def text(self) -> str:
        self.serial += 1
        return f"t{self.serial}"

    def statics(self, count: int) -> list[str]:
        tag = self.random.choice(["p", "b", "i", "li"])
        return (
            [f"<{tag}>", *(self.random.choice(["", " ", "-"]) for _ in range(count - 1)), f"</{tag}>"]
            if count
            else [f"<{tag}></{tag}>"]
        )

    def node(self, depth: int) -> Diff:
        count = self.random.randint(1, 3)
        node: Diff = {"s": self.statics(count), "r": 1}
        for index in range(count):
            node[str(index)] = self.dynamic(depth + 1)
        return node

    def dynamic(self, depth: int) -> Any:
        kind = self.random.random()
        if depth >= MAX_DEPTH or kind < 0.4:
            return "" if kind < 0.05 else self.text()
        if kind < 0.6:
            return self.node(depth)
        if kind < 0.85:
            return self.comprehension(depth)
        return self.new_component(depth)

    def comprehension(self, depth: int) -> Diff:
        node: Diff = {"s": self.statics(2), "k": {}, "shape": self.shape(depth)}
        count = self.random.randint(1, 4)
        for index in range(count):
            node["k"][str(index)] = self.entry(node["shape"], depth)
        node["k"]["kc"] = count
        return node

    def shape(self, depth: int) -> list[bool]:
        return [depth + 1 < MAX_DEPTH and self.random.random() < 0.3 for _ in range(2)]

    def entry(self, shape: list[bool], depth: int) -> Diff:
        return {
            str(index): self.node(depth + 1) if nested else self.text() for index, nested in enumerate(shape)
        }

    def new_component(self, depth: int) -> int:
        self.last_cid += 1
        cid = str(self.last_cid)
        kept, self.templates = self.templates, None
        body = {
            "s": self.statics(2),
            "r": 1,
            "0": self.text(),
            "1": self.text() if depth > 1 else self.node(depth + 1),
        }
        self.new_components[cid] = self.share(body) or self.wire(body)
        self.templates = kept
        self.components[cid] = body
        self.created.add(cid)
        return int(cid)

    def share(self, body: Diff) -> Diff | None:
        """Statics, and the rest, from a component of this message or of an earlier one."""
        known = {**self.before, **{cid: self.components[cid] for cid in self.created}}
        leaves = [cid for cid, component in known.items() if not _holds_components(component["1"])]
        if not leaves or self.random.random() < 0.4:
            return None
        source = self.random.choice(leaves)
        body["s"] = known[source]["s"]
        body["1"] = deepcopy(known[source]["1"])
        return {"s": int(source) if source in self.created else -int(source), "0": body["0"]}

    # -- changing --------------------------------------------------------------

    def changes(self, node: Diff, depth: int) -> Diff:
        """Change a node; the diff that says so, which may be empty."""
        if "k" in node:
            return self.comprehension_changes(node, depth)
        diff: Diff = {}
        for key in [key for key in node if key.isdigit()]:
            if self.random.random() < 0.5:
                change = self.dynamic_change(node, key, depth + 1)
                if change is not None:
                    diff[key] = change
        return diff

    def dynamic_change(self, node: Diff, key: str, depth: int) -> Any:
        value = node[key]
        if isinstance(value, dict) and self.random.random() < 0.7:
            return self.changes(untyped(value), depth) or None
        node[key] = (
            self.text() if depth == 1 and "r" in node and self.templates is None else self.dynamic(depth)
        )
        return self.wire(node[key])

    def comprehension_changes(self, node: Diff, depth: int) -> Diff:
        old: Diff = node["k"]
        order = [*range(old["kc"])]
        if self.random.random() < 0.5:
            self.random.shuffle(order)
        order = order[: self.random.randint(0, len(order))] if self.random.random() < 0.3 else order
        entries: Diff = {}
        change: Diff = {}
        moved = False
        for index, source in enumerate(order):
            entry = entries[str(index)] = old[str(source)]
            update = self.changes(entry, depth) if self.random.random() < 0.5 else {}
            if source != index:
                moved = True
                change[str(index)] = [source, update] if update else source
            elif update:
                change[str(index)] = update
        for index in range(len(order), len(order) + self.random.randint(0, 2)):
            entries[str(index)] = self.entry(node["shape"], depth)
            change[str(index)] = self.wire(entries[str(index)])
        count = len(entries)
        node["k"] = {**entries, "kc": count}
        return {"k": {**change, "kc": count, **({"km": self.random.choice([True, 1])} if moved else {})}}

    # -- on the wire -----------------------------------------------------------

    def wire(self, value: Any) -> Any:
        """A value in full, its statics literal or as a template of this message."""
        if not isinstance(value, dict):
            return value
        node: Diff = untyped(value)
        out: Diff = {key: self.wire(item) for key, item in node.items() if key not in ("s", "k", "shape")}
        if "k" in node:
            out["k"] = {key: self.wire(item) for key, item in node["k"].items()}
        if "s" in node:
            out["s"] = self.template(node["s"])
        return out

    def template(self, statics: list[str]) -> list[str] | int:
        if self.templates is None or self.random.random() < 0.3:
            return statics
        for number, known in self.templates.items():
            if known == statics:
                return int(number)
        number = len(self.templates)
        self.templates[str(number)] = statics
        return number


def _holds_components(value: Any) -> bool:
    """True when a component's number stands anywhere in it; copying that could make a component its own child."""
    if isinstance(value, dict):
        return any(
            _holds_components(item)
            for key, item in untyped(value).items()
            if key not in ("r", "s", "kc", "shape")
        )
    return isinstance(value, int)
