"""The corpus: `corpus/<parser>.json`, a list of inputs with what each is about and the answer to it.

An input is a text of which each character is a byte, or a list of such texts in which `[text, times]` stands for
repetition. What was found broken once stays here, as small as it could be made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import msgspec

__all__ = ["Entry", "entries"]

CORPUS = Path(__file__).parent / "corpus"

Part: TypeAlias = str | tuple[str, int]


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """One input and its answer."""

    about: str
    input: str | list[Part]
    answer: Any

    @property
    def data(self) -> bytes:
        """The input's bytes."""
        parts = [self.input] if isinstance(self.input, str) else self.input
        return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts).encode(
            "latin-1"
        )


def entries(parser: str) -> list[Entry]:
    """What the corpus has for a parser."""
    return msgspec.json.decode((CORPUS / f"{parser}.json").read_bytes(), type=list[Entry])
