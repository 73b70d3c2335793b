"""The gallery under the policy that an application has by default."""

from __future__ import annotations

from actorlive.web.policy import DEFAULT_POLICY
from examples.gallery.app import create_app

app = create_app(csp=DEFAULT_POLICY)
