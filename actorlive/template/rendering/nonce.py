"""The nonce that scripts of a page carry, where its policy asks for one."""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["nonce_variable"]

nonce_variable: ContextVar[str | None] = ContextVar("csp_nonce", default=None)
"""Set by the code that renders a page, in the context of that rendering."""
