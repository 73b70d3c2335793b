"""JS commands: what the browser does at once, by itself (LiveView's `Phoenix.LiveView.JS`)."""

from actorlive.js.commands import JS
from actorlive.js.options import CommandError

__all__ = ["JS", "CommandError"]
