"""Values as a developer may see them in the terminal and in the browser: short, and without what is secret.

What is secret is known by its name: a key of a mapping, a field of an event or a dataclass, an assign, a parameter of a
URL. Whatever stands under a name that contains one of the words is not shown, at any depth. In a text, such as the
`repr` of an object or the message of an exception, that is what stands behind such a name and `=` or `:`, and the
password of a URL. That keeps a password out of a log that is pasted into a report; it does not make it safe to show
strangers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import TypeVar, cast
from urllib.parse import parse_qsl, quote

import msgspec

__all__ = ["FILTERED", "SECRET_WORDS", "STANDARD", "Redactor"]

FILTERED = "[filtered]"

SECRET_WORDS = (
    "password passwd passphrase secret token api_key apikey private_key authorization credential cookie csrf"
).split()

MAX_DEPTH = 5
MAX_ITEMS = 20
MAX_TEXT = 120
MAX_LENGTH = 600

_URL_PASSWORD = re.compile(r"(://[^\s/@:]*:)[^\s/@]*(?=@)")
_CREDENTIAL = re.compile(r"(?:Basic|Bearer|Digest|Token) +", re.IGNORECASE)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WHOLE_LINE = re.compile(r"[^\s'\"(\[{][^\r\n]*")
_HEADERS = ("authorization", "cookie")
"""Parts of the names of headers: what one of them says goes on to the end of its line."""

T = TypeVar("T")


class Redactor:
    """Shows values. `words` are parts of the names whose values are secret; case and `-` or `_` do not matter."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        known = sorted({_plain(word) for word in (*SECRET_WORDS, *words)})
        any_word = "|".join(map(re.escape, known))
        self._secret = re.compile(any_word)
        anyhow = any_word.replace("_", "[_-]")
        self._assigned = re.compile(
            rf"({anyhow})[\w-]{{0,40}}['\"]?\s{{0,4}}(={{1,2}}>?|:)\s{{0,4}}", re.IGNORECASE
        )

    def is_secret(self, name: object) -> bool:
        """True for a name that contains one of the words."""
        return isinstance(name, str) and self._secret.search(_plain(name)) is not None

    def show(self, value: object) -> str:
        """A value on one line, as Python would write it; long ones are cut."""
        text = self._show(value, 0, frozenset())
        return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"

    def show_named(self, name: object, value: object) -> str:
        """What stands under a name."""
        return FILTERED if self.is_secret(name) else self.show(value)

    def show_url(self, path: str, query: str) -> str:
        """A path with its query, without the values of secret parameters."""
        pairs = [
            f"{quote(name)}={FILTERED if self.is_secret(name) else quote(self.filter_text(value))}"
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]
        return f"{path}?{'&'.join(pairs)}" if pairs else path

    def filter_text(self, text: str) -> str:
        """A text without the values that stand behind a secret name, and without the passwords of URLs."""
        text = _URL_PASSWORD.sub(rf"\1{FILTERED}", text)
        parts: list[str] = []
        begin = 0
        for found in self._assigned.finditer(text):
            if found.start() >= begin:
                end = _end_of_value(text, found)
                parts += [text[begin : found.end()], FILTERED if end > found.end() else ""]
                begin = end
        return "".join([*parts, text[begin:]])

    def _show(self, value: object, depth: int, above: frozenset[int]) -> str:
        if id(value) in above or depth > MAX_DEPTH:
            return "…"
        inside = above | {id(value)}
        named = _named_fields(value)
        if named is not None:
            return f"{type(value).__qualname__}({self._fields(named, depth, inside)})"
        if isinstance(value, Mapping):
            return "{" + self._pairs(cast("Mapping[object, object]", value), depth, inside) + "}"
        if type(value) in (list, tuple, set, frozenset):
            return self._items(cast("Collection[object]", value), depth, inside)
        return self._plain_repr(value)

    def _plain_repr(self, value: object) -> str:
        if isinstance(value, str):
            text = self.filter_text(value[: 4 * MAX_TEXT])
            return f"{text[:MAX_TEXT]!r}…" if max(len(text), len(value)) > MAX_TEXT else repr(text)
        if isinstance(value, bytes) and len(value) > MAX_TEXT:
            return f"{self.filter_text(repr(value[:MAX_TEXT]))}…"
        try:
            text = self.filter_text(repr(value)[: 4 * MAX_LENGTH])
        except Exception as error:
            return f"<{type(value).__qualname__}, whose repr raised {type(error).__qualname__}>"
        return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + "…"

    def _fields(self, named: Iterable[tuple[str, object]], depth: int, above: frozenset[int]) -> str:
        return ", ".join(
            f"{name}={FILTERED if self.is_secret(name) else self._show(value, depth + 1, above)}"
            for name, value in _first(named)
        )

    def _pairs(self, mapping: Mapping[object, object], depth: int, above: frozenset[int]) -> str:
        shown = [
            f"{self._plain_repr(key)}: {FILTERED if self.is_secret(key) else self._show(value, depth + 1, above)}"
            for key, value in _first(mapping.items())
        ]
        return ", ".join([*shown, "…"] if len(mapping) > MAX_ITEMS else shown)

    def _items(self, items: Collection[object], depth: int, above: frozenset[int]) -> str:
        begin, end = "[]" if isinstance(items, list) else "()" if isinstance(items, tuple) else "{}"
        shown = [self._show(item, depth + 1, above) for item in _first(items)]
        if len(items) > MAX_ITEMS:
            shown.append(f"… {len(items) - MAX_ITEMS} more")
        comma = "," if isinstance(items, tuple) and len(items) == 1 else ""
        return (
            f"{begin}{', '.join(shown)}{comma}{end}" if shown or begin != "{" else f"{type(items).__name__}()"
        )


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _first(items: Iterable[T]) -> Iterable[T]:
    return islice(items, MAX_ITEMS)


def _named_fields(value: object) -> list[tuple[str, object]] | None:
    """The fields of a struct or a dataclass, which says itself what it consists of."""
    if isinstance(value, msgspec.Struct):
        return [(name, getattr(value, name, None)) for name in value.__struct_fields__]
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name, None)) for field in fields(value) if field.repr]
    return None


STANDARD = Redactor()
"""For those that belong to no application."""


def _end_of_value(text: str, name: re.Match[str]) -> int:
    """Where the value ends that begins behind `name`: a header's line, a quoted text, what is in brackets, a word."""
    begin = name.end()
    if name[2] == ":" and name[1].lower() in _HEADERS and (line := _WHOLE_LINE.match(text, begin)):
        return line.end()
    if scheme := _CREDENTIAL.match(text, begin):
        begin = scheme.end()
    quote, depth, place = "", 0, begin
    while place < len(text):
        letter = text[place]
        if quote:
            place += letter == "\\"  # and what it escapes
            quote = "" if letter == quote else quote
        elif letter in "'\"" and (
            depth or place - begin < 2
        ):  # an apostrophe in the middle of a word is none
            quote = letter
        elif letter in _CLOSING:
            depth += 1
        elif depth:
            depth -= letter in _CLOSING.values()
        elif letter in ")]},;&>" or letter.isspace():
            break
        place += 1
    return min(place, len(text))
