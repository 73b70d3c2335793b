"""Random templates and random sequences of assigns, for the property tests of the diff."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from actorlive import LiveComponent
from actorlive.rendered import Diff
from actorlive.template import Attrs, Renderer, Slot, Template, component, heex, render_to_string
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from tests.support.narrow import untyped

WORDS = ["", "a", "b<", "&amp;", "long text", '"quoted"', "é\u2028"]


@component
def badge(*, label: object, kind: object = "info", inner_block: Slot = Slot.empty, rest: Attrs) -> Template:
    """A component with a rest and an optional inner block, and a single root."""
    return heex(
        '<b class={["badge", @kind and f"is-{@kind}"]} {@rest}>{@label}{render_slot(@inner_block)}</b>'
    )


@component
def panel(
    *, title: object, rows: Any = (), col: Slot = Slot.empty, inner_block: Slot = Slot.empty
) -> Template:
    """A component with several slot entries that take an argument, and a derived assign."""
    return heex(
        "<h2>{@title}!</h2>{render_slot(@inner_block, @title)}"
        "<i :for={row in @rows}>{@count}<u :for={entry in @col} class={entry.name}>{render_slot(entry, row)}</u></i>",
        count=len(list(rows)),
    )


@component
def nested(*, x: object, show: object) -> Template:
    """A component that uses another one, in a branch."""
    return heex("{% if @show %}<.badge label={@x}>in {@x}</.badge>{% else %}none{% endif %}")


class Card(LiveComponent):
    """A live component: its template reads an attribute and a state of its own."""

    title: Any
    tags: Any
    n: int = 0

    template = heex(
        '<article id={f"c-{@id}"}>{@title}<.badge label={@n}/><s :for={t in @tags}>{t}</s></article>'
    )


class Box(LiveComponent):
    """A live component with another one inside."""

    title: Any
    tags: Any

    template = heex(
        "<section>{@title}<.live_component module={Card} id={@id} title={@title} tags={@tags}/></section>"
    )


class Author:
    """Writes one random template, and then assigns for it."""

    def __init__(self, seed: int, *, live: bool = False) -> None:
        self.random = random.Random(seed)
        self.live = live
        self.loops = 0
        self.text = self.content(0, [])
        self.template = compile_source(Source.of_text(self.text, f"random {seed}"), globals())
        self.assigns: dict[str, Any] = {}
        self.assigns = {name: self.value(name) for name in ("a", "b", "p", "q", "xs", "rows", "rest", "user")}

    # -- templates -------------------------------------------------------------

    def content(self, depth: int, locals_: list[str]) -> str:
        pieces = [self.piece(depth, locals_) for _ in range(self.random.randint(1, 4 if depth < 2 else 2))]
        return "".join(pieces)

    def piece(self, depth: int, locals_: list[str]) -> str:
        simple = [self.text_piece, self.expression, self.element]
        nested = [
            self.if_block,
            self.if_element,
            self.for_block,
            self.for_element,
            self.badge,
            self.panel,
            self.nested,
        ]
        if self.live:
            nested.append(self.live_component)
        choices = simple if depth >= 3 else simple + nested
        return self.random.choice(choices)(depth, locals_)

    def text_piece(self, depth: int, locals_: list[str]) -> str:
        return self.random.choice(["text ", " 100% ", "&lt;", "\n", "{# gone #}", "<br>"])

    def value_expression(self, locals_: list[str]) -> str:
        choices = [
            "@a",
            "@b",
            "@user['name']",
            "@user['at']['city']",
            'f"{@a}-{@b}"',
            "len(@xs)",
            "@p and @a",
        ]
        return self.random.choice(choices + [f"{name}" for name in locals_] * 3)

    def condition(self, locals_: list[str]) -> str:
        choices = ["@p", "@q", "not @p", "@p or @q", "@a", "len(@xs) > 2", "@user['at']['city']"]
        return self.random.choice(choices + [f"{name} != @a" for name in locals_])

    def expression(self, depth: int, locals_: list[str]) -> str:
        return "{" + self.value_expression(locals_) + "}"

    def element(self, depth: int, locals_: list[str]) -> str:
        value = self.value_expression(locals_)
        attribute = self.random.choice(["title", "class", "data-x", "style", "value"])
        spread = self.random.choice(["", "", " {@rest}"])
        inner = self.content(depth + 1, locals_) if depth < 3 else ""
        return f"<p {attribute}={{{value}}}{spread}>{inner}</p>"

    def if_block(self, depth: int, locals_: list[str]) -> str:
        middle = ""
        if self.random.random() < 0.3:
            middle = f"{{% elif {self.condition(locals_)} %}}{self.content(depth + 1, locals_)}"
        if self.random.random() < 0.5:
            middle += f"{{% else %}}{self.content(depth + 1, locals_)}"
        return f"{{% if {self.condition(locals_)} %}}{self.content(depth + 1, locals_)}{middle}{{% endif %}}"

    def if_element(self, depth: int, locals_: list[str]) -> str:
        return f"<div :if={{{self.condition(locals_)}}}>{self.content(depth + 1, locals_)}</div>"

    def loop(self, locals_: list[str]) -> tuple[str, list[str], str]:
        self.loops += 1
        n = self.loops
        tests = ["", "", f" if v{n} != @a", f" if v{n}"]
        options: list[tuple[str, list[str], str]] = [
            (f"v{n} in @xs{self.random.choice(tests)}", [f"v{n}"], f"v{n}"),
            (f"i{n}, v{n} in enumerate(@xs)", [f"i{n}", f"v{n}"], f"v{n}"),
            (f"r{n} in @rows", [f"r{n}['name']", f"r{n}['id']"], f"r{n}['id']"),
        ]
        rows = [name.partition("[")[0] for name in locals_ if name.startswith("r") and "[" in name]
        if rows:
            options.append((f"t{n} in {rows[0]}['tags']", [f"t{n}"], f"t{n}"))
        return self.random.choice(options)

    def for_block(self, depth: int, locals_: list[str]) -> str:
        loop, names, _ = self.loop(locals_)
        return f"{{% for {loop} %}}{self.content(depth + 1, [*locals_, *names])}{{% endfor %}}"

    def for_element(self, depth: int, locals_: list[str]) -> str:
        loop, names, key = self.loop(locals_)
        keyed = f" :key={{{key}}}" if self.random.random() < 0.5 else ""
        guard = " :if={@q}" if self.random.random() < 0.2 else ""
        return f"<li :for={{{loop}}}{keyed}{guard}>{self.content(depth + 1, [*locals_, *names])}</li>"

    def badge(self, depth: int, locals_: list[str]) -> str:
        kind = self.random.choice(["", ' kind="x"', " kind={@b}", ' data-k={@a} title="t"', " {@rest}"])
        inner = self.content(depth + 1, locals_) if self.random.random() < 0.6 else ""
        return f"<.badge label={{{self.value_expression(locals_)}}}{kind}>{inner}</.badge>"

    def panel(self, depth: int, locals_: list[str]) -> str:
        self.loops += 1
        name = f"row{self.loops}"
        entries = "".join(
            f"<:col :let={{{name}}} name={{{self.value_expression(locals_)}}}>"
            f"{self.content(depth + 2, [*locals_, name])}</:col>"
            for _ in range(self.random.randint(0, 2))
        )
        opening = f"title={{{self.value_expression(locals_)}}} rows={{@xs}}"
        if self.random.random() < 0.5:
            return f"<.panel {opening}>{entries}</.panel>"
        inner = self.content(depth + 1, [*locals_, "title"])
        return f"<.panel :let={{title}} {opening}>.{inner}{entries}</.panel>"

    def nested(self, depth: int, locals_: list[str]) -> str:
        return f"<.nested x={{{self.value_expression(locals_)}}} show={{{self.condition(locals_)}}}/>"

    def live_component(self, depth: int, locals_: list[str]) -> str:
        self.loops += 1
        module = self.random.choice(["Card", "Box"])
        suffix = "".join(f", {name}" for name in locals_)
        key = f"({self.loops}{suffix},)"
        title = self.value_expression(locals_)
        return f"<.live_component module={{{module}}} id={{{key}}} title={{{title}}} tags={{@xs}}/>"

    # -- assigns ---------------------------------------------------------------

    def value(self, name: str) -> Any:
        pick = self.random.choice
        if name in ("a", "b"):
            return pick(WORDS)
        if name in ("p", "q"):
            return pick([True, False])
        if name == "xs":
            return self.list(self.assigns.get("xs", []), lambda: self.random.randint(0, 30))
        if name == "rows":
            rows = self.list(self.assigns.get("rows", []), self.row)
            return list({row["id"]: row for row in rows}.values())
        if name == "rest":
            return pick([{}, {"data-a": pick(WORDS)}, {"hidden": True, "lang": pick(WORDS)}])
        return {"name": pick(WORDS), "at": {"city": pick(WORDS)}}

    def row(self) -> dict[str, Any]:
        tags = [self.random.randint(0, 5) for _ in range(self.random.randint(0, 3))]
        return {
            "id": self.random.randint(0, 40),
            "name": self.random.choice(WORDS),
            "tags": list(dict.fromkeys(tags)),
        }

    def list(self, old: list[Any], make: Any) -> list[Any]:
        """The old list after one edit of the kinds that lists see; its items are distinct."""
        new = list(old)
        edit = self.random.randint(0, 8)
        if edit == 0:
            new = []
        elif edit == 1:
            new = [make() for _ in range(self.random.randint(0, 6))]
        elif edit == 2:
            new.insert(0, make())
        elif edit == 3:
            new.append(make())
        elif edit == 4 and new:
            new.pop(self.random.randrange(len(new)))
        elif edit == 5:
            self.random.shuffle(new)
        elif edit == 6 and new:
            new[self.random.randrange(len(new))] = make()
        elif edit == 7:
            new.reverse()
        elif new:
            new.insert(self.random.randrange(len(new)), make())
            new.pop(self.random.randrange(len(new)))
        return new if any(isinstance(item, dict) for item in new) else list(dict.fromkeys(new))

    def change(self) -> dict[str, object]:
        """Set some assigns; gives the values before of those that differ now."""
        changed: dict[str, object] = {}
        for name in self.random.sample(sorted(self.assigns), self.random.randint(0, 3)):
            new = self.value(name)
            if new != self.assigns[name]:
                changed[name] = self.assigns[name]
                self.assigns[name] = new
        return changed


class View:
    """A live layer in miniature: mounts, updates and renders live components as a render places them."""

    def __init__(self, template: Template, counts: dict[tuple[Any, Any], int] | None = None) -> None:
        self.template = template
        self.renderer = Renderer()
        self.states: dict[int, dict[str, Any]] = {}
        self.modules: dict[int, Any] = {}
        self.counts = {} if counts is None else counts

    def render(self, assigns: Mapping[str, object], changed: Mapping[str, object] | None) -> Diff:
        placed = self.renderer.start(self.template, assigns, changed)
        while placed:
            following: list[Any] = []
            for cid, module, id, given, new, back in placed:
                self.modules[cid] = module
                before = None if new or back or changed is None else self.states[cid]
                state = {"id": id, "n": self.counts.get((module, id), 0), **given}
                self.states[cid] = state
                differing = None
                if before is not None:
                    differing = {k: before.get(k) for k, v in state.items() if before.get(k) != v}
                following += self.renderer.render_component(cid, untyped(module).template, state, differing)
            placed = following
        return self.renderer.finish()

    def bump(self, cid: int) -> Diff:
        """Change one component's own state, as its own event would."""
        state, module = self.states[cid], self.modules[cid]
        old = state["n"]
        state["n"] = self.counts[module, state["id"]] = old + 1
        placed = self.renderer.render_component(cid, module.template, state, {"n": old})
        assert not placed
        return self.renderer.finish()


def html(author: Author) -> str:
    """What the client should show now."""
    return render_to_string(author.template, author.assigns)
