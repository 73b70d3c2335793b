"""Where a view under test goes, and where it sends its visitor: patches, redirects, live navigation."""

from __future__ import annotations

from typing import Self

from actorlive.testing.browser import gestures
from actorlive.testing.browser.messages import ClientPush, Loaded, Navigation
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.view_core import ViewCore

__all__ = ["Destination", "NavigatingView"]

__tracebackhide__ = hide_frames


class Destination:
    """Where a view has sent its visitor. `kind` is "redirect" or "live_redirect"; `flash` is what goes along."""

    __slots__ = ("flash", "kind", "to")

    def __init__(self, to: str, kind: str, flash: dict[str, str]) -> None:
        self.to: str = to
        self.kind: str = kind
        self.flash: dict[str, str] = flash

    def __repr__(self) -> str:
        return f"Destination({self.to!r}, {self.kind!r}, flash={self.flash!r})"


class NavigatingView(ViewCore):
    """The part of `View` that has to do with URLs."""

    async def patch(self, path: str) -> str:
        """Go to another URL of this view, as a patch link does (`render_patch/2`)."""
        await self.settle()
        self._require_alive()
        sent: list[ClientPush] = []
        gestures.patch_to(self.page, self.client_view, path, sent)
        return await self.perform(sent, wait=True)

    async def assert_patch(self, to: str | None = None, timeout: float = 0.0) -> str:
        """The next URL that was patched to, which must be `to`, within `timeout` seconds (`assert_patch/3`).

        Patches of the server count, and those of links, of `JS.patch` and of `view.patch`.
        """
        patches = self.client_view.patches
        if not await self._driver.until(lambda: _has(patches, to), timeout):
            raise Failure(f"no patch{'' if to is None else f' to {to!r}'}; so far: {patches or 'none'}")
        return _take(patches, to)

    async def refute_patched(self, to: str | None = None) -> None:
        """Raises `Failure` when there was a patch, to `to` or anywhere (`refute_patched/2`)."""
        await self.settle()
        if _has(self.client_view.patches, to):
            raise Failure(f"unexpected patch: {self.client_view.patches}")

    async def assert_redirect(self, to: str | None = None, timeout: float = 0.0) -> Destination:
        """Where the view has sent its visitor, which must be `to`, within `timeout` seconds (`assert_redirect/3`)."""
        if not await self._driver.until(lambda: self.client_view.navigation is not None, timeout):
            raise Failure(f"no redirect{'' if to is None else f' to {to!r}'}: the view is at {self.path}")
        redirect = self._redirect()
        assert redirect is not None
        if to is not None and redirect.to != to:
            raise Failure(f"redirected to {redirect.to!r}, not to {to!r}")
        return redirect

    async def refute_redirected(self, to: str | None = None) -> None:
        """Raises `Failure` when the view has sent its visitor elsewhere (`refute_redirected/2`)."""
        await self.settle()
        redirect = self._redirect()
        if redirect is not None and to in (None, redirect.to):
            raise Failure(f"unexpected {redirect!r}")

    async def follow_redirect(self, to: str | None = None) -> Self:
        """Go where the view sends its visitor; the view there (`follow_redirect/3`).

        A navigation goes over the same socket where the live session allows it, else the page is loaded, as in the
        browser. Raises `Failure` when there is no redirect, it leads elsewhere than `to`, or to a page without a live
        view.
        """
        await self.assert_redirect(to)
        navigation = self.client_view.navigation
        assert navigation is not None
        return type(self)(self._driver, await self._driver.follow(navigation))

    async def follow_to_page(self, to: str | None = None) -> Loaded:
        """Like `follow_redirect`, to a page that is not a live view."""
        await self.assert_redirect(to)
        navigation = self.client_view.navigation
        assert navigation is not None
        return await self._driver.load(navigation)

    async def live_redirect(self, to: str) -> Self:
        """Navigate to another view, as a navigate link does (`live_redirect/2`)."""
        await self.settle()
        self._require_alive()
        self.client_view.go(Navigation("live_redirect", to))
        return await self.follow_redirect()

    def _redirect(self) -> Destination | None:
        navigation = self.client_view.navigation
        if navigation is None:
            return None
        flash = self._driver.world.read_flash(navigation.flash_token)
        return Destination(navigation.to, navigation.kind, flash)


def _has(patches: list[str], to: str | None) -> bool:
    return bool(patches) if to is None else to in patches


def _take(patches: list[str], to: str | None) -> str:
    return patches.pop(0 if to is None else patches.index(to))
