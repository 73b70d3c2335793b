"""Tokens → nodes: tags and blocks matched, special attributes turned into `If` and `For`, rules checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from actorlive.errors import did_you_mean
from actorlive.rendered import VOID, WHITE_SPACE
from actorlive.template.errors import TemplateError
from actorlive.template.syntax.attribute_names import check_attribute_names
from actorlive.template.syntax.client_rules import check_streams
from actorlive.template.syntax.expression import Code, Loop, UnpackTarget, parse_code
from actorlive.template.syntax.nodes import (
    Attr,
    Branch,
    CallEntry,
    ComponentCall,
    For,
    HtmlElement,
    If,
    Interpolation,
    TemplateNode,
    Text,
)
from actorlive.template.syntax.refusals import refuse_as_text
from actorlive.template.syntax.source import Source
from actorlive.template.syntax.tokenizer import (
    Block,
    CloseTag,
    Comment,
    Expression,
    Lexeme,
    OpenTag,
    tokenize,
)

__all__ = ["is_component", "parse", "root_element"]

MAX_DEPTH = 150
"""How deep tags and blocks may stand inside each other."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_LAYOUT_BEFORE = re.compile(rf"\A[ \t]*\n[{WHITE_SPACE}]*")
_LAYOUT_AFTER = re.compile(rf"[ \t]*\n[{WHITE_SPACE}]*\Z")
_SPECIAL = (":if", ":for", ":key", ":let")
_UPDATES = ("ignore", "stream", "append", "prepend", "replace")
_TEMPLATE_ONLY = ("phx-no-format", "phx-no-curly-interpolation")


def parse(source: Source) -> tuple[TemplateNode, ...]:
    """The nodes of a template; raises `TemplateError`."""
    lone = _SURROGATE.search(source.text)
    if lone is not None:
        hint = "it is half of a character, and has no place in UTF-8"
        raise source.error("a lone surrogate in the template", lone.start(), hint=hint)
    nodes = _Parser(source, tokenize(source)).document()
    check_streams(source, nodes)
    return nodes


def is_component(name: str) -> bool:
    """True for `<.badge>` and `<ui.badge>`."""
    return "." in name and not name.startswith(":")


def root_element(nodes: Iterable[TemplateNode]) -> bool:
    """True when the nodes are one element and nothing else."""
    rest = [node for node in nodes if not _blank(node)]
    return len(rest) == 1 and isinstance(rest[0], HtmlElement)


def _blank(node: TemplateNode) -> bool:
    return isinstance(node, Text) and not node.value.strip(WHITE_SPACE)


class _Parser:
    def __init__(self, source: Source, tokens: list[Lexeme]) -> None:
        self.source = source
        self.tokens = [token for token in tokens if not isinstance(token, Comment)]
        self.pos = 0
        self.depth = 0
        self.entries: list[list[CallEntry] | None] = [None]

    def document(self) -> tuple[TemplateNode, ...]:
        nodes = self._nodes()
        if self.pos < len(self.tokens):
            raise self._stray(self.tokens[self.pos])
        return nodes

    def _nodes(self) -> tuple[TemplateNode, ...]:
        """Nodes up to an end tag or a block end that belongs to a node above."""
        self.depth += 1
        nodes: list[TemplateNode] = []
        while self.pos < len(self.tokens):
            token = self.tokens[self.pos]
            if self.depth > MAX_DEPTH:
                what = f"tags and blocks are nested more than {MAX_DEPTH} deep"
                hint = "move the inner ones into a component"
                raise self.source.error(what, token_start(token), hint=hint)
            if isinstance(token, CloseTag) or (isinstance(token, Block) and token.kind not in ("if", "for")):
                break
            self.pos += 1
            node = self._node(token)
            if node is not None:
                nodes.append(node)
        self.depth -= 1
        return tuple(nodes)

    def _node(self, token: Lexeme) -> TemplateNode | None:
        if isinstance(token, Text):
            return token
        if isinstance(token, Expression):
            refuse_as_text(self.source, token.code)
            return Interpolation(token.code)
        if isinstance(token, Block):
            return self._if(token) if token.kind == "if" else self._for(token)
        assert isinstance(token, OpenTag)
        return self._tag(token)

    def _stray(self, token: Lexeme) -> TemplateError:
        if isinstance(token, CloseTag):
            if token.name.lower() in VOID:
                hint = f"<{token.name}> has no content; leave the end tag out"
                return self.source.error(
                    f"</{token.name}> closes a void element", token.start, token.end, hint=hint
                )
            hint = f"remove it, or open a <{token.name}> before it"
            return self.source.error(f"</{token.name}> closes nothing", token.start, token.end, hint=hint)
        assert isinstance(token, Block)
        opener = "for" if token.kind == "endfor" else "if"
        hint = f"there is no open {{% {opener} %}} here"
        return self.source.error(f"{{% {token.kind} %}} stands alone", token.start, token.end, hint=hint)

    # -- blocks ----------------------------------------------------------------

    def _if(self, opening: Block) -> If:
        branches: list[Branch] = []
        block = opening
        while True:
            condition = block.value if isinstance(block.value, Code) else None
            branches.append(Branch(condition, self._block_body()))
            following = self._block_end(opening, ("elif", "else", "endif"))
            if following.kind == "endif":
                return If(tuple(branches), opening.start, opening.end)
            if block.kind == "else":
                what = f"{{% {following.kind} %}} follows {{% else %}}"
                raise self.source.error(what, following.start, following.end, hint="else is the last branch")
            block = following

    def _for(self, opening: Block) -> For:
        assert isinstance(opening.value, Loop)
        children = self._block_body()
        self._block_end(opening, ("endfor",))
        return For(opening.value, None, children, opening.start, opening.end)

    def _block_body(self) -> tuple[TemplateNode, ...]:
        self.entries.append(None)
        nodes = self._nodes()
        self.entries.pop()
        return nodes

    def _block_end(self, opening: Block, kinds: tuple[str, ...]) -> Block:
        if self.pos >= len(self.tokens):
            hint = f"add {{% end{opening.kind} %}}"
            raise self.source.error(
                f"{{% {opening.kind} %}} is never closed", opening.start, opening.end, hint=hint
            )
        token = self.tokens[self.pos]
        self.pos += 1
        if isinstance(token, Block) and token.kind in kinds:
            return token
        shown = (
            f"</{token.name}>" if isinstance(token, CloseTag) else self.source.text[token_start(token) :][:12]
        )
        line = self.source.position(opening.start)[0] + 1
        hint = f"the {{% {opening.kind} %}} of line {line} is still open: close it first"
        raise self.source.error(f"{shown} inside {{% {opening.kind} %}}", token_start(token), hint=hint)

    # -- tags ------------------------------------------------------------------

    def _tag(self, tag: OpenTag) -> TemplateNode | None:
        special = self._special(tag)
        if tag.name.startswith(":"):
            self._slot(tag, special)
            return None
        if is_component(tag.name):
            node: TemplateNode = self._component(tag, special)
        else:
            node = self._element(tag, special)
        return self._wrap(tag, node, special)

    def _wrap(self, tag: OpenTag, node: TemplateNode, special: dict[str, Attr]) -> TemplateNode:
        condition = _code(special.get(":if"))
        loop = special.get(":for")
        if loop is None:
            if condition is None:
                return node
            return If((Branch(condition, (node,)),), tag.start, tag.end)
        assert isinstance(loop.value, Loop)
        value = loop.value
        if condition is not None:
            value = replace(value, conditions=(*value.conditions, condition))
        return For(value, _code(special.get(":key")), (node,), tag.start, tag.end)

    def _special(self, tag: OpenTag) -> dict[str, Attr]:
        special = {
            attr.name: attr
            for attr in tag.attributes
            if attr.name.startswith(":") and not (attr.name == ":type" and _is_html(tag))
        }
        for name, attr in special.items():
            if name not in _SPECIAL:
                hint = f"there are {', '.join(_SPECIAL)}.{did_you_mean(name, _SPECIAL)}"
                if name == ":type":
                    hint = "it is for HTML tags: it makes a colocated one of a <script> or a <style>, or names a macro"
                raise self.source.error(f"unknown special attribute {name}", attr.start, attr.end, hint=hint)
            if attr.value is None:
                hint = f"write {name}={{…}}"
                raise self.source.error(
                    f"{name} takes an expression in braces", attr.start, attr.end, hint=hint
                )
        if ":key" in special and (":for" not in special or tag.name.startswith(":")):
            attr = special[":key"]
            hint = "slots have no keys" if ":for" in special else "a key tells the items of a loop apart"
            raise self.source.error(":key needs :for on the same tag", attr.start, attr.end, hint=hint)
        if ":let" in special and not (tag.name.startswith(":") or is_component(tag.name)):
            attr = special[":let"]
            hint = "only a component or a slot has a value to give"
            raise self.source.error(f":let on <{tag.name}>", attr.start, attr.end, hint=hint)
        return special

    def _element(self, tag: OpenTag, special: dict[str, Attr]) -> HtmlElement:
        attributes = tuple(
            attr for attr in tag.attributes if attr.name not in special and attr.name not in _TEMPLATE_ONLY
        )
        check_attribute_names(self.source, tag.name, attributes)
        self._check_element(tag, attributes)
        children = () if tag.self_closing or tag.name.lower() in VOID else self._content(tag)
        return HtmlElement(tag.name, attributes, children, tag.start, tag.end)

    def _content(self, tag: OpenTag, entries: list[CallEntry] | None = None) -> tuple[TemplateNode, ...]:
        self.entries.append(entries)
        children = self._nodes()
        self.entries.pop()
        token = self.tokens[self.pos] if self.pos < len(self.tokens) else None
        if token is None:
            hint = f"add </{tag.name}>, or write <{tag.name} … /> if it has no content"
            raise self.source.error(f"<{tag.name}> is never closed", tag.start, tag.end, hint=hint)
        if not isinstance(token, CloseTag):
            hint = "a block begins and ends inside the same tag"
            assert isinstance(token, Block)
            raise self.source.error(
                f"{{% {token.kind} %}} inside <{tag.name}>", token.start, token.end, hint=hint
            )
        if token.name != tag.name:
            if token.name.lower() in VOID:
                raise self._stray(token)
            line = self.source.position(tag.start)[0] + 1
            hint = f"<{tag.name}> was opened on line {line}: close it first"
            what = f"</{token.name}> does not close <{tag.name}>"
            raise self.source.error(what, token.start, token.end, hint=hint)
        self.pos += 1
        return children

    def _check_element(self, tag: OpenTag, attributes: tuple[Attr, ...]) -> None:
        names = {attr.name: attr for attr in attributes}
        for name in ("phx-hook", "phx-update"):
            if name in names and "id" not in names and "" not in names:
                attr = names[name]
                hint = f"add an id to <{tag.name}>: the client finds it again by that"
                raise self.source.error(f"{name} requires the id attribute", attr.start, attr.end, hint=hint)
        update = names.get("phx-update")
        if update is not None and isinstance(update.value, str) and update.value not in _UPDATES:
            hint = f"one of {', '.join(_UPDATES)}.{did_you_mean(update.value, _UPDATES)}"
            raise self.source.error(f'phx-update="{update.value}"', update.start, update.end, hint=hint)
        for attr in attributes:
            if isinstance(attr.value, Code) and attr.name not in ("", "class", "style", "data", "aria"):
                refuse_as_text(self.source, attr.value)
            if attr.name[:2].lower() == "on" and isinstance(attr.value, Code):
                event = attr.name[2:].lstrip(":").lower()
                hint = f"bind the event: phx-{event}={{…}}, with a JS command if it stays in the browser"
                what = f"{attr.name} is a script, and cannot hold an expression"
                raise self.source.error(what, attr.start, attr.end, hint=hint)

    def _component(self, tag: OpenTag, special: dict[str, Attr]) -> ComponentCall:
        entries: list[CallEntry] = []
        children = () if tag.self_closing else self._content(tag, entries)
        let = _target(special.get(":let"))
        if not all(map(_blank, children)):
            entries.insert(0, CallEntry("inner_block", (), trim(children), tag.start, tag.end, let))
        elif let is not None:
            attr = special[":let"]
            hint = f"there is nothing to receive it: write <{tag.name} …>…</{tag.name}>"
            raise self.source.error(":let on a component without content", attr.start, attr.end, hint=hint)
        attributes = tuple(attr for attr in tag.attributes if attr.name not in special)
        check_attribute_names(self.source, tag.name, attributes)
        return ComponentCall(tag.name, self._function(tag), attributes, tuple(entries), tag.start, tag.end)

    def _function(self, tag: OpenTag) -> Code:
        start = tag.start + (2 if tag.name.startswith(".") else 1)
        end = tag.start + 1 + len(tag.name)
        name = self.source.text[start:end]
        if not all(part.isidentifier() for part in name.split(".")):
            hint = "<.badge> is a component of this module, <ui.badge> one of the module ui"
            raise self.source.error(f"<{tag.name}> does not name a component", tag.start, end, hint=hint)
        return parse_code(self.source, start, end, [])

    def _slot(self, tag: OpenTag, special: dict[str, Attr]) -> None:
        entries = self.entries[-1]
        if entries is None:
            hint = "a slot is an immediate child of the component that it belongs to"
            raise self.source.error(
                f"the slot <{tag.name}> stands outside a component", tag.start, tag.end, hint=hint
            )
        if tag.name == ":inner_block":
            hint = "what stands between the tags of a component is its inner_block"
            raise self.source.error("<:inner_block> is not written out", tag.start, tag.end, hint=hint)
        children = () if tag.self_closing else self._content(tag)
        loop = special.get(":for")
        entry = CallEntry(
            tag.name[1:],
            tuple(attr for attr in tag.attributes if attr.name not in special),
            trim(children),
            tag.start,
            tag.end,
            _target(special.get(":let")),
            loop.value if loop is not None and isinstance(loop.value, Loop) else None,
            _code(special.get(":if")),
        )
        entries.append(entry)


def trim(nodes: tuple[TemplateNode, ...]) -> tuple[TemplateNode, ...]:
    """Without the line breaks at both ends, which are the template's layout and not its content."""
    kept = list(nodes)
    if kept and isinstance(kept[0], Text):
        kept[0] = replace(kept[0], value=_LAYOUT_BEFORE.sub("", kept[0].value))
    if kept and isinstance(kept[-1], Text):
        kept[-1] = replace(kept[-1], value=_LAYOUT_AFTER.sub("", kept[-1].value))
    return tuple(node for node in kept if not isinstance(node, Text) or node.value)


def token_start(token: Lexeme) -> int:
    """Where a token begins."""
    return token.start


def _code(attr: Attr | None) -> Code | None:
    return attr.value if attr is not None and isinstance(attr.value, Code) else None


def _target(attr: Attr | None) -> UnpackTarget | None:
    return attr.value if attr is not None and isinstance(attr.value, UnpackTarget) else None


def _is_html(tag: OpenTag) -> bool:
    """True for a tag that is neither a component nor a slot."""
    return not tag.name.startswith(":") and not is_component(tag.name)
