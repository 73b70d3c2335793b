"""What an application brings to the browser beside its pages: colocated scripts and styles, and its own hooks.

Each colocated script is an ES module under a content-hashed name; all styles are one stylesheet. Every page
carries a manifest of them as data, not as a script, so that a strict Content-Security-Policy (`script-src
'self'`) holds:

    <script type="application/json" id="al-colocated" data-src="/live/assets/colocated.json">
      {"hooks": {"shop.rows.Sort": "/live/assets/shop.rows.Sort-1f3a….js"}, "js": [], "modules": [], "css": null}
    </script>

The client imports what `js` and `modules` list before it connects, and each hook at its first use at the
latest. A page that is older than a module or a deploy finds the newest manifest at `data-src`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypedDict
from urllib.parse import quote

import msgspec
from markupsafe import Markup

from actorlive.rendered import script_json
from actorlive.template.colocated.registry import Colocated, registry
from actorlive.web.assets import Assets

__all__ = ["MANIFEST", "ColocatedAssets", "Manifest"]

MANIFEST = "colocated.json"
"""The name under which the newest manifest is served."""

_STYLESHEET = "colocated.css"
_UNUSUAL = re.compile(r"[^\w.-]")


class Manifest(TypedDict):
    """URLs: of hooks by name, of modules that every page imports, of the application's own modules of hooks,
    and of the stylesheet, None where no template has styles."""

    hooks: dict[str, str]
    js: list[str]
    modules: list[str]
    css: str | None


class ColocatedAssets:
    """What the modules imported so far have brought along, added to `assets` as it becomes known.

    `modules` are the URLs of the application's own modules, each export of which is a hook.
    """

    def __init__(self, assets: Assets, modules: Sequence[str] = ()) -> None:
        self._assets = assets
        self._urls: dict[Colocated, str] = {}
        self._modules = list(modules)
        self._version = -1
        self._manifest: Manifest
        self._tags: dict[bool, Markup] = {}

    def manifest(self) -> Manifest:
        """Everything that there is now."""
        if self._version != registry.version:
            self._version = registry.version
            self._manifest = self._collect()
            self._tags.clear()
        return self._manifest

    def json(self) -> bytes:
        """The manifest, to be served under the name `MANIFEST`."""
        return msgspec.json.encode(self.manifest())

    def tags(self, *, debug: bool = False) -> Markup:
        """The tags that a page needs of it, for its head. `debug` has the client look for faults of the page."""
        manifest = self.manifest()
        if debug not in self._tags:
            self._tags[debug] = self._render(manifest, debug=debug)
        return self._tags[debug]

    def _render(self, manifest: Manifest, *, debug: bool) -> Markup:
        tags = Markup('<script type="application/json" id="al-colocated" data-src="{}"{}>{}</script>').format(
            f"{self._assets.prefix}/{MANIFEST}", Markup(" data-debug" if debug else ""), script_json(manifest)
        )
        if manifest["css"] is None:
            return tags
        return tags + Markup('<link phx-track-static rel="stylesheet" href="{}">').format(manifest["css"])

    def _collect(self) -> Manifest:
        entries = list(registry)
        return {
            "hooks": {entry.full_name: self._url(entry) for entry in entries if entry.kind == "hook"},
            "js": [self._url(entry) for entry in entries if entry.kind == "js"],
            "modules": self._modules,
            "css": self._stylesheet([entry for entry in entries if entry.kind == "css"]),
        }

    def _url(self, entry: Colocated) -> str:
        if entry not in self._urls:
            name = f"{_UNUSUAL.sub('_', entry.full_name)}.js"
            self._urls[entry] = quote(self._assets.add(name, entry.text.encode()))
        return self._urls[entry]

    def _stylesheet(self, entries: list[Colocated]) -> str | None:
        text = "\n".join(f"/* {entry.module} */\n{entry.text.strip()}" for entry in entries)
        return self._assets.add(_STYLESHEET, text.encode()) if entries else None
