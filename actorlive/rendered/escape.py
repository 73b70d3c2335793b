"""Escaping, by context: text, attribute values, URLs, class lists, JSON inside `<script>`.

The escape itself is MarkupSafe's. Its public `escape()` wraps every result in a `Markup`, which costs nine
times the work, so the C function under it is called directly; what it returns is finished text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
    "UnsafeMarkupError",
    "attribute",
    "attribute_value",
    "attributes",
    "class_list",
    "escape",
    "escape_str",
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
_REFUSED_SCHEMES = ("javascript:", "vbscript:", "livescript:", "mocha:", "data:")
_DATA_MEDIA = re.compile(r"data:(?:image/(?!svg)|audio/|video/|font/)")
_IGNORED_IN_URLS = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2060\u3000\ufeff]+"
)
_NAME = re.compile(r"[^\s\"'<>/=\x00-\x1f\x7f]+")


class UnsafeMarkupError(ActorLiveError):
    """An attribute that must not be written: a name that is none, or a script from a plain string."""


def text(value: object) -> str:
    """The escaped text of any value: `None` is nothing, `Markup` (anything with `__html__`) is trusted."""
    if value.__class__ is str:
        return escape_str(cast("str", value))
    if value is None:
        return ""
    if hasattr(value, "__html__"):
        return str(cast("Markup", value).__html__())
    return escape_str(str(value))


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
    plain = str(value)
    if name in _URL_ATTRIBUTES or name in _ANIMATED:
        plain = _safe_url(plain)
    elif name == "srcdoc":
        plain = escape_str(plain)
    elif name[:2] == "on":
        raise UnsafeMarkupError(
            f"the attribute {name} holds a script, and was given plain text; bind the event with phx-… "
            "and a JS command, or mark the script with Markup(…) if it is your own"
        )
    return escape_str(plain)


def attribute(name: str, value: object) -> str:
    """One whole attribute with its leading space, or "" where the value is `None` or `False`.

    >>> attribute("value", "a<b"), attribute("disabled", True), attribute("hidden", None)
    (' value="a&lt;b"', ' disabled', '')
    """
    if value is None or value is False:
        return f' {name}=""' if name in ("class", "style") else ""
    if value is True:
        return f" {name}"
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
    """The escaped text of a `class`: a string, or nested lists whose `None`, `False` and "" are left out."""
    if value.__class__ is str:
        return escape_str(cast("str", value))
    return " ".join(filter(None, map(class_list, _items(value)))) if _is_list(value) else _flat(value)


def style_list(value: object) -> str:
    """The escaped text of a `style`: a string, or a list of declarations."""
    return "; ".join(filter(None, map(style_list, _items(value)))) if _is_list(value) else _flat(value)


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
    if value is None or value is False:
        return ""
    return _trusted(cast("Markup", value)) if hasattr(value, "__html__") else escape_str(str(value))


def _trusted(value: Markup) -> str:
    """Markup is trusted as text; in an attribute its quotes must still not end the value."""
    return str(value.__html__()).replace('"', "&#34;")


def _safe_url(url: str) -> str:
    """The URL, or `REFUSED_URL` where a browser would run it as a script.

    Browsers skip white space and control characters in front of and inside a scheme, so these are left out
    before comparing. A `data:` URL is a document of its own, except for pictures, sound, films and fonts.
    """
    if ":" not in url:
        return url
    bare = _IGNORED_IN_URLS.sub("", url).lower()
    if bare.startswith(_REFUSED_SCHEMES) and not _DATA_MEDIA.match(bare):
        return REFUSED_URL
    return url
