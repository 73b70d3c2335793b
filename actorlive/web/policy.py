"""The Content-Security-Policy: which scripts a page runs.

By default the server's own files only, which is enough for all that actorlive ships. A policy that has the source
`'nonce'` gets a fresh nonce for each page. A browser holds a page to the policy of its first load for as long as it
lives, so what comes over the socket must carry that very nonce: the client's script has it and tells it at each join.
A client that tells another one harms itself alone, its scripts do not run.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from quart import current_app, g, has_request_context

from actorlive.template.rendering.nonce import nonce_variable

__all__ = ["DEFAULT_POLICY", "csp_nonce", "nonce_under", "policy", "told_nonce"]

DEFAULT_POLICY = "base-uri 'self'; frame-ancestors 'self'; script-src 'self'"

NONCE = "'nonce'"
"""The source in a policy that stands for the page's own nonce."""

_NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def csp_nonce() -> str | None:
    """The nonce of the page that is rendered, in both of a view's lives, or of the request's answer.

    For `<script nonce={csp_nonce()}>`. None where the policy has no `'nonce'`.
    """
    known = nonce_variable.get()
    if known is not None or not has_request_context():
        return known
    live = current_app.extensions.get("actorlive")
    if live is None or NONCE not in live.csp:
        return None
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def nonce_under(csp: str) -> str | None:
    """The same, where the policy is at hand."""
    return csp_nonce() if NONCE in csp else nonce_variable.get()


def policy(csp: str) -> str:
    """The header of this request's answer."""
    return csp.replace(NONCE, f"'nonce-{csp_nonce()}'") if NONCE in csp else csp


def told_nonce(connect_params: Mapping[str, Any]) -> str | None:
    """The nonce of the page that joins; None for anything that is not a nonce."""
    told = connect_params.get("_csp_nonce")
    return told if isinstance(told, str) and _NONCE.fullmatch(told) else None
