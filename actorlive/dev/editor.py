"""Links that open a line in the developer's editor: most editors have a URL scheme of their own for that."""

from __future__ import annotations

import os
from urllib.parse import quote

from actorlive.errors import ActorLiveError, did_you_mean

__all__ = ["EDITORS", "Editor", "EditorError"]

EDITORS = {
    "vscode": "vscode://file/{file}:{line}:{column}",
    "vscodium": "vscodium://file/{file}:{line}:{column}",
    "cursor": "cursor://file/{file}:{line}:{column}",
    "zed": "zed://file/{file}:{line}:{column}",
    "pycharm": "pycharm://open?file={file}&line={line}&column={column}",
    "idea": "idea://open?file={file}&line={line}&column={column}",
    "sublime": "subl://open?url=file://{file}&line={line}&column={column}",
    "textmate": "txmt://open?url=file://{file}&line={line}&column={column}",
    "emacs": "emacs://open?url=file://{file}&line={line}&column={column}",
    "neovim": "nvim://open?file={file}&line={line}&column={column}",
}


class EditorError(ActorLiveError):
    """No editor of that name, and no URL with `{file}` in it."""


class Editor:
    """Makes the links. `name` is one of `EDITORS`, or a URL with `{file}`, `{line}` and `{column}` in it.

    Raises `EditorError` for anything else.
    """

    def __init__(self, name: str = "vscode") -> None:
        if name not in EDITORS and "{file}" not in name:
            raise EditorError(
                f"there is no editor {name!r}.{did_you_mean(name, EDITORS)} Known are {', '.join(sorted(EDITORS))};"
                " any other by its URL, as myeditor://open?file={file}&line={line}"
            )
        self._url = EDITORS.get(name, name)

    @property
    def pattern(self) -> str:
        """The URL, with `{file}`, `{line}` and `{column}` in it."""
        return self._url

    def link(self, file: str, line: int, column: int = 1) -> str:
        """The URL that opens a place; lines and columns count from 1."""
        path = quote(os.path.abspath(file).lstrip("/") if "://file/" in self._url else os.path.abspath(file))  # noqa: PTH100
        url = self._url
        for name, value in (("{file}", path), ("{line}", str(line)), ("{column}", str(column))):
            url = url.replace(name, value)
        return url
