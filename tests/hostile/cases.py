"""All attacks, by name."""

from __future__ import annotations

from collections import Counter

from tests.hostile import frames, lines, requests, storms, uploads
from tests.hostile.script import Case

__all__ = ["CASES"]

CASES: list[Case] = [*requests.CASES, *frames.CASES, *lines.CASES, *uploads.CASES, *storms.CASES]

_twice = [name for name, times in Counter(case.name for case in CASES).items() if times > 1]
assert not _twice, f"two cases have one name: {_twice}"
