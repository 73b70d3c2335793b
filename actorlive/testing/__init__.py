"""The test kit: LiveViewTest for Trio. See docs/testing.md."""

from actorlive.testing.element import Element, Form
from actorlive.testing.errors import (
    CommandFailure,
    ElementError,
    Failure,
    FormError,
    JoinFailed,
    Leak,
    NotIdle,
    Redirected,
    RenderedError,
    SelectorError,
    UnexpectedStatus,
    ViewGone,
)
from actorlive.testing.memory import Network
from actorlive.testing.session import live, live_isolated
from actorlive.testing.view import Redirect, View

__all__ = [
    "CommandFailure",
    "Element",
    "ElementError",
    "Failure",
    "Form",
    "FormError",
    "JoinFailed",
    "Leak",
    "Network",
    "NotIdle",
    "Redirect",
    "Redirected",
    "RenderedError",
    "SelectorError",
    "UnexpectedStatus",
    "View",
    "ViewGone",
    "live",
    "live_isolated",
]
