"""Imports that only templates use, said in Python.

A template's names are in a string, so ruff, pyright and other readers of Python hold an import that only templates use
for unused: `ruff check --fix` removes it, and the page fails. The rule: such names stand in one call,

    from shop.parts import badge, money

    use_in_templates(badge, money)

which is an ordinary use of them: it needs no setting, works for templates in `.heex` files too, and `actorlive check`
says where it is missing and which of its names no template uses any more.

Rejected: `import badge as badge` (a re-export to readers, and ruff's PLC0414 and I001 take it apart), names as further
arguments of `heex` (files have no call, and formatters put each on a line of its own), `noqa` (a setting, which pyright
does not know), imports in the template's own language (no editor follows them).
"""

from __future__ import annotations

import linecache
import sys

from actorlive.template.errors import TemplateError

__all__ = ["FROM_HERE", "NOT_A_NAME", "use_in_templates"]

NOT_A_NAME = "use_in_templates takes what has a name in this module"
FROM_HERE = "import it, or define it, and write its plain name: use_in_templates(badge)"


def use_in_templates(*names: object) -> None:
    """Say that templates of this module use these imports, which linters cannot see.

    Nothing changes by it: a template knows every name of its module anyhow. Written below the imports, as
    `use_in_templates(badge, money)`. Raises `TemplateError` for what is not a global of the calling module.
    """
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    known = {id(value) for value in frame.f_globals.values()}
    if all(id(name) in known for name in names):
        return
    filename, lineno = frame.f_code.co_filename, frame.f_lineno
    line = linecache.getline(filename, lineno)
    column = len(line) - len(line.lstrip()) + 1
    width = len(line.strip())
    raise TemplateError(
        NOT_A_NAME, filename=filename, lineno=lineno, column=column, line=line, width=width, hint=FROM_HERE
    )
