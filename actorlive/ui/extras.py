"""Packages that some parts need and others do not: imported when a part is first shown, and asked for by name."""

from __future__ import annotations

from importlib.util import find_spec

__all__ = ["has_pygments", "missing"]


def missing(error: ModuleNotFoundError, part: str, extra: str) -> ModuleNotFoundError:
    """The error about a package that is not installed, which says how to install it."""
    return ModuleNotFoundError(
        f'{error.msg}, which {part} needs: pip install "actorlive[{extra}]"', name=error.name
    )


def has_pygments() -> bool:
    """True where code can be coloured."""
    return find_spec("pygments") is not None
