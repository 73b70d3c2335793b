"""Modules that a test writes into a folder, and imports from there."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

__all__ = ["import_from"]


def import_from(place: Path, patch: pytest.MonkeyPatch) -> None:
    """Let modules be found in that folder or archive first, until the patch is undone."""
    patch.setattr(sys, "path", [str(place), *sys.path])
    importlib.invalidate_caches()
