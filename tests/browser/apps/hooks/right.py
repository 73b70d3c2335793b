"""Another module with a hook of the same name; its template is the file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import LiveView, Socket


class RightLive(LiveView):
    """Tells its hook something from `mount`: the hook must be there by then."""

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected:
            socket.push_event("welcome", {"text": "welcome"})
