"""The page that shows a developer an exception: what was raised, the line of his own that raised it, the traceback.

It is the whole of what a browser is shown of a failure in debug mode; a richer one may take its place here.
"""

from __future__ import annotations

import traceback
from html import escape

from actorlive.redaction import STANDARD, Redactor

__all__ = ["error_page", "is_own"]

FRAMEWORKS = frozenset(("actorlive", "hypercorn", "quart", "quart_trio", "trio", "werkzeug"))

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.25rem; color: light-dark(#a00, #f99) }}
pre {{ overflow-x: auto; padding: 1rem; border-radius: .5rem; background: light-dark(#f3f3f3, #222) }}
</style>
</head>
<body>
<h1>{kind}</h1>
<pre>{message}</pre>
{place}<h2>Traceback</h2>
<pre>{trace}</pre>
<p>This page is here because debug mode is on. Otherwise it is a plain 500.</p>
</body>
</html>
"""


def is_own(module: object) -> bool:
    """True for the name of a module that belongs to the application, not to what it runs on."""
    return str(module).partition(".")[0] not in FRAMEWORKS


def error_page(error: BaseException, redactor: Redactor = STANDARD) -> str:
    """The document for an exception; everything in it is escaped, and what is secret by its name is not shown."""
    clean = redactor.filter_text
    kind, message = type(error).__qualname__, clean(str(error))
    return PAGE.format(
        title=escape(f"{kind}: {message}"[:100]),
        kind=escape(kind),
        message=escape("\n".join([message, *map(clean, getattr(error, "__notes__", []))])),
        place=_place(error),
        trace=escape(clean("".join(traceback.format_exception(error)))),
    )


def _place(error: BaseException) -> str:
    """The innermost line of the application, with Python's caret under the expression that raised."""
    own: traceback.FrameSummary | None = None
    summary = traceback.extract_tb(error.__traceback__)
    for (frame, _), line in zip(traceback.walk_tb(error.__traceback__), summary, strict=True):
        if is_own(frame.f_globals.get("__name__", "")):
            own = line
    if own is None:
        return ""
    lines = "".join(traceback.StackSummary.from_list([own]).format())
    return f"<h2>Where</h2>\n<pre>{escape(lines.rstrip())}</pre>\n"
