"""Escaping, by context: text, attribute values, URLs, bindings, class lists, JSON inside `<script>`.

Plain text stays text, wherever it is put: it becomes neither a tag, nor a script (`on…`, `srcdoc`), nor a URL that
is one, nor commands for the client. The client runs a `phx-…` attribute that begins with `[` as JS commands; so such
a text is refused there, and commands come as values of `JS`, or as `Markup`.

The escape itself is MarkupSafe's. Its public `escape()` wraps every result in a `Markup`, which costs nine
times the work, so the C function under it is called directly; what it returns is finished text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, CoroutineType, FunctionType, MethodType
from typing import cast

import msgspec
from markupsafe import Markup, escape

from actorlive.errors import ActorLiveError
from actorlive.rendered.nodes import Attribute

try:
    from markupsafe._speedups import _escape_inner as _c_escape  # pyright: ignore[reportPrivateUsage]
except ImportError:  # a platform without the C extension
    from markupsafe._native import _escape_inner as _c_escape  # pyright: ignore[reportPrivateUsage]

__all__ = [
    "Markup",
    "NotTextError",
    "UnsafeMarkupError",
    "after",
    "attribute",
    "attribute_value",
    "attributes",
    "before",
    "class_list",
    "escape",
    "escape_str",
    "runs_script",
    "script_json",
    "style_list",
    "text",
]

escape_str: Callable[[str], str] = _c_escape
"""Escape an exact `str`; the fast path of everything else."""

REFUSED_URL = "about:invalid#refused"
"""What a URL attribute holds in place of a URL that would run a script."""

_URL_ATTRIBUTES = frozenset(
    "href src action formaction xlink:href data poster cite background ping manifest longdesc usemap data-to".split()
)
"""`data-to` is where a link with a `data-method` sends its request."""
_ANIMATED = frozenset(("to", "from", "by", "values"))
_INERT_BINDINGS = frozenset(
    f"phx-{name}" for name in "debounce disable-with drop-target hook key target throttle update".split()
)
_SCALARS = frozenset((str, int, float, bool))
_REFUSED_SCHEMES = ("javascript:", "vbscript:", "livescript:", "mocha:", "data:")
_DATA_MEDIA = re.compile(r"data:(?:image/(?!svg)|audio/|video/|font/)")
_IGNORED_IN_URLS = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2060\u3000\ufeff]+"
)
_NAME = re.compile(r"[^\s\"'<>/=\x00-\x1f\x7f]+")


class UnsafeMarkupError(ActorLiveError):
    """An attribute that must not be written: what is not a name, or a script from a plain string."""


class NotTextError(ActorLiveError):
    """A value that has no text for people: a coroutine, a generator, a dict, bytes, a function."""


def text(value: object) -> str:
    """The escaped text of any value: `None` and `False` are nothing, `Markup` (anything with `__html__`) is trusted.

    Raises `NotTextError` for a value that has no text.
    """
    if value.__class__ is str:
        return escape_str(cast("str", value))
    if value is None or value is False:
        return ""
    if hasattr(value, "__html__"):
        return str(cast("Markup", value).__html__())
    return escape_str(_str(value))


def _str(value: object) -> str:
    if value.__class__ not in _SCALARS and (hint := _why_no_text(value)):
        name = value.__class__.__name__
        if isinstance(value, CoroutineType):
            value.close()  # it will never be awaited, and need not say so
        raise NotTextError(f"a {name} is not text: {hint}")
    return str(value)


def _why_no_text(value: object) -> str:
    """What to write instead of a value whose `str()` is for programmers; "" for all others."""
    cls = value.__class__
    if hasattr(cls, "__await__") or hasattr(cls, "__anext__"):
        return "load it in the view, with socket.assign_async, and render the result"
    if hasattr(cls, "__next__"):
        return "make a list of it, or go over it with :for"
    if isinstance(value, _COLLECTIONS):
        return "show its items with :for, or write json.dumps(…) or str(…)"
    if isinstance(value, bytes | bytearray | memoryview):
        return "decode it, as in data.decode()"
    return "call it: write () behind the name" if isinstance(value, _FUNCTIONS) else ""


_EMPTY: dict[str, object] = {}
_COLLECTIONS: tuple[type, ...] = (
    *(dict, set, frozenset),
    *(type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items())),
)
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)


def runs_script(name: str, plain: str) -> bool:
    """True when plain text, as the value of the attribute `name` (in lower case), would be run by browser or client."""
    if name[:4] == "phx-":
        return plain.lstrip()[:1] == "[" and name not in _INERT_BINDINGS and not name.startswith("phx-value-")
    if name in _URL_ATTRIBUTES:
        return _is_script_url(plain)
    if name in _ANIMATED:
        return any(map(_is_script_url, plain.split(";")))
    return name[:2] == "on" or name == "srcdoc"


def attribute_value(name: str, value: object) -> str:
    """The escaped value of the attribute `name`, by that attribute's rules."""
    if hasattr(value, "__attr__"):
        return escape_str(cast("Attribute", value).__attr__())
    if name == "class":
        return class_list(value)
    if name == "style":
        return style_list(value)
    if hasattr(value, "__html__"):
        return _trusted(cast("Markup", value))
    plain = _str(value)
    return escape_str(_harmless(name, plain) if runs_script(name, plain) else plain)


def _harmless(name: str, plain: str) -> str:
    """What stands in place of a text that would be run; raises `UnsafeMarkupError` where nothing can."""
    if name[:4] == "phx-":
        raise UnsafeMarkupError(
            f"the attribute {name} was given plain text that begins with [, which the client would run as commands; "
            "give it a JS command, or mark the text with Markup(…) if it is your own"
        )
    if name == "srcdoc":
        return escape_str(plain)
    if name[:2] == "on":
        raise UnsafeMarkupError(
            f"the attribute {name} holds a script, and was given plain text; bind the event with phx-… "
            "and a JS command, or mark the script with Markup(…) if it is your own"
        )
    return REFUSED_URL


def attribute(name: str, value: object) -> str:
    """One whole attribute with its leading space, or "" where the value is `None` or `False`.

    >>> attribute("value", "a<b"), attribute("disabled", True), attribute("hidden", None)
    (' value="a&lt;b"', ' disabled', '')
    """
    if value is None or value is False:
        return f' {name}=""' if name in ("class", "style") else ""
    if value is True:
        return f' {name}=""' if name in ("class", "style") else f" {name}"
    if name in ("aria", "data") and isinstance(value, Mapping):
        values = cast("Mapping[str, object]", value)
        return attributes({f"{name}-{key}": values[key] for key in values})
    return f' {name}="{attribute_value(name.lower(), value)}"'


def attributes(values: Mapping[str, object]) -> str:
    """All attributes of a mapping (`{@rest}`); names are checked, underscores are not translated.

    Raises `UnsafeMarkupError` for a name that would break out of the tag.
    """
    for name in values:
        if not _NAME.fullmatch(name):
            raise UnsafeMarkupError(f"{name!r} cannot be the name of an attribute")
    return "".join([attribute(name, value) for name, value in values.items()])


def class_list(value: object) -> str:
    """The escaped text of a `class`: a string, or nested lists.

    What is falsy, or `True`, names no class, and is left out.
    """
    if value.__class__ is str:
        return escape_str(cast("str", value))
    return " ".join(filter(None, map(class_list, _items(value)))) if _is_list(value) else _flat(value)


def style_list(value: object) -> str:
    """The escaped text of a `style`: a string, or a list of declarations."""
    return "; ".join(filter(None, map(style_list, _items(value)))) if _is_list(value) else _flat(value)


def after(separator: str, text: str) -> str:
    """The text behind a separator, or nothing at all."""
    return separator + text if text else ""


def before(text: str, separator: str) -> str:
    """The text in front of a separator, or nothing at all."""
    return text + separator if text else ""


def script_json(value: object) -> Markup:
    """JSON that may stand inside `<script>`: nothing in it can end the element or start a comment."""
    encoded = msgspec.json.encode(value).decode()
    for char in "<>&\u2028\u2029":
        encoded = encoded.replace(char, f"\\u{ord(char):04x}")
    return Markup(encoded)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _items(value: object) -> list[object]:
    return cast("list[object]", value)


def _flat(value: object) -> str:
    if value is True or not value:
        return ""
    return _trusted(cast("Markup", value)) if hasattr(value, "__html__") else escape_str(_str(value))


def _trusted(value: Markup) -> str:
    """Markup is trusted as text; in an attribute its quotes must still not end the value."""
    return str(value.__html__()).replace('"', "&#34;")


def _is_script_url(url: str) -> bool:
    """True for a URL that a browser would run as a script.

    Browsers skip white space and control characters in front of and inside a scheme, so these are left out
    before comparing. A `data:` URL is a document of its own, except for pictures, sound, films and fonts.
    """
    if ":" not in url:
        return False
    bare = _IGNORED_IN_URLS.sub("", url).lower()
    return bare.startswith(_REFUSED_SCHEMES) and not _DATA_MEDIA.match(bare)
