"""What `:type={…}` may name: the kinds of colocated code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

__all__ = ["TYPES", "ColocatedCSS", "ColocatedHook", "ColocatedJS", "ColocatedKind", "ColocatedType"]

ColocatedKind = Literal["hook", "runtime", "js", "css"]


class ColocatedType:
    """What `:type={…}` names."""

    kind: ClassVar[ColocatedKind]
    tag: ClassVar[str] = "script"
    attributes: ClassVar[tuple[str, ...]] = ()


class ColocatedHook(ColocatedType):
    """`<script :type={ColocatedHook} name=".Sort">`: an ES module whose default export is a hook.

    With `runtime` the script stays in the page, as an inline script that defines the hook; then it may have
    further attributes, such as `nonce={@nonce}`.
    """

    kind = "hook"
    attributes: ClassVar[tuple[str, ...]] = ("name", "runtime")


class ColocatedJS(ColocatedType):
    """`<script :type={ColocatedJS}>`: an ES module that every page imports before it connects.

    If its default export is a function, that is called with the page's LiveSocket.
    """

    kind = "js"


class ColocatedCSS(ColocatedType):
    """`<style :type={ColocatedCSS}>`: rules for the one stylesheet of the whole application.

    With `scoped` they hold for the elements of this template: below its root elements, down to where another
    template begins, and with `lower-bound="inclusive"` for the first elements of that as well.
    """

    kind = "css"
    tag = "style"
    attributes: ClassVar[tuple[str, ...]] = ("scoped", "lower-bound")


TYPES: Mapping[str, type[ColocatedType]] = {t.__name__: t for t in (ColocatedHook, ColocatedJS, ColocatedCSS)}
"""The types by their names, which a template knows without an import."""
