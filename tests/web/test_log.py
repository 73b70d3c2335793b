"""What a client writes does not forge lines of the log, and does not fill it: it is quoted and cut (`%.80r`)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from actorlive.web.tcp import report
from tests.web.views import make_app
from tests.web.visitor import Wire, connect, get, refused, serving

pytestmark = pytest.mark.real_clock

FORGED = "x\n2026-01-01 00:00:00 CRITICAL root: FORGED\r\x85\u2028\x1b[2J"
LONG = FORGED + "y" * 200_000


async def hear_it_all(wire: Wire, text: str) -> None:
    """Client text at every place of the protocol that may reach the log."""
    click: dict[str, Any] = {"type": "click", "event": text, "value": {}}
    await wire.send("1", "1", f"lv:{text}", "phx_join", {"session": text, "url": text})
    await wire.send("1", "1", text, "phx_join", {})
    await wire.join(session=text)
    await wire.join()
    await wire.click(text)
    await wire.push(text, {})
    await wire.push("event", {"type": text, "event": "inc", "value": {text: text}})
    await wire.push("event", {"type": "form", "event": text, "value": text})
    await wire.push("event", {**click, "event": f"lv:{text}"})
    await wire.push("event", text)
    await wire.push("live_patch", {text: text})
    await wire.push("live_patch", {"url": text})
    refs = [wire.join_ref.encode(), b"9", wire.page.topic.encode(), FORGED.encode()]
    await wire.socket.send_message(bytes([0, *map(len, refs)]) + b"".join(refs) + b"data")
    ref = await wire.click("inc")
    while (await wire.receive())[1] != ref:
        pass


def is_quoted_and_short(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    return message.isprintable() and len(message) < 1_000


@pytest.mark.parametrize("text", [FORGED, LONG], ids=["forged", "long"])
async def test_a_log_holds_one_short_line_whatever_a_client_sends(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="actorlive")
    app, _ = make_app(debug=False)
    async with serving(app) as url:
        page = await get(url, "/counter")
        assert await refused(page, origin="https://evil.example/" + "y" * 10_000) == 403
        async with connect(page) as wire:
            await hear_it_all(wire, text)
        async with connect(page) as wire:
            await wire.socket.send_message(json.dumps([text, text, 1, text, text]))
            assert await wire.closed() == 1011
    records = [record for record in caplog.records if record.name in ("actorlive.web", "actorlive.live")]
    assert len(records) > 8  # the runtime may report a slow machine, in several lines of its own
    assert [record.getMessage()[:300] for record in records if not is_quoted_and_short(record)] == []


def test_the_fault_of_a_connection_is_one_short_line(caplog: pytest.LogCaptureFixture) -> None:
    report(ValueError(LONG))
    (record,) = caplog.records
    assert is_quoted_and_short(record)
