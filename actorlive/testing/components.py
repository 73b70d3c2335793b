"""Components and templates rendered by themselves, without a view or a process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actorlive.template import Template, render_to_string

__all__ = ["render_component", "rendered_to_string"]


def render_component(component: Callable[..., Any], /, **assigns: Any) -> str:
    """The HTML of a function component with these attributes and slots (`render_component/3`)."""
    return rendered_to_string(component(**assigns))


def rendered_to_string(template: Template) -> str:
    """The HTML of a template that needs no assigns, or of what a component returned (`rendered_to_string/1`)."""
    return render_to_string(template, {})
