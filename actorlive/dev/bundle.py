"""The browser's half of the development server: a script and a stylesheet, served like the client's own files."""

from __future__ import annotations

from markupsafe import Markup

from actorlive.web.assets import DIST, Assets

__all__ = ["Bundle"]


class Bundle:
    """Adds the files to an application's assets; without it they are served nowhere."""

    def __init__(self, assets: Assets) -> None:
        self._script = assets.add("dev.js", _read("dev.js"))
        self.stylesheet: str = assets.add("dev.css", _read("dev.css"))

    def tags(self, *, socket: str, worker: str, document: str, editor: str, nonce: str | None) -> Markup:
        """The script's element, which carries what it needs to know."""
        tag = Markup(
            '<script defer src="{}" data-socket="{}" data-stylesheet="{}"'
            ' data-worker="{}" data-document="{}" data-editor="{}"{}></script>'
        )
        attribute = "" if nonce is None else Markup(' nonce="{}"').format(nonce)
        return tag.format(self._script, socket, self.stylesheet, worker, document, editor, attribute)


def _read(name: str) -> bytes:
    path = DIST / name
    return path.read_bytes() if path.is_file() else b""
