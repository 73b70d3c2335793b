"""Streams in the real page: random operations, and after each cycle the list that a plain model says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import connected
from tests.browser.server import Server

Row = tuple[int, str]
Op = dict[str, Any]


@pytest.fixture(scope="module")
def streams() -> Iterator[Server]:
    with Server("tests.browser.apps.streams:app") as running:
        yield running


def random_cycle(rng: random.Random) -> list[Op]:
    return [random_op(rng) for _ in range(rng.randint(1, 6))]


def random_op(rng: random.Random) -> Op:
    kind = rng.choices(["insert", "delete", "reset"], [12, 4, 1])[0]
    op: Op = {"kind": kind, "id": rng.randrange(10)}
    if kind == "insert":
        op |= {"at": rng.choice([-1, -1, 0, 1, 2]), "update_only": rng.random() < 0.1}
    return op


def applied(rows: list[Row], ops: list[Op], number: int) -> list[Row]:
    """What one cycle makes of the list: the rules of docs/streams.md."""
    inserts: dict[int, Op] = {}
    for op in ops:
        if op["kind"] == "insert":
            inserts.pop(op["id"], None)
            inserts[op["id"]] = op
        elif op["kind"] == "delete":
            inserts.pop(op["id"], None)
            rows = [row for row in rows if row[0] != op["id"]]
        else:
            rows, inserts = [], {}
    for op in inserts.values():
        rows = inserted(rows, op, number)
    return rows


def inserted(rows: list[Row], op: Op, number: int) -> list[Row]:
    row = (op["id"], f"{op['id']}@{number}")
    if any(known == op["id"] for known, _ in rows):
        return [row if known == op["id"] else (known, text) for known, text in rows]
    if op["update_only"]:
        return rows
    at = len(rows) if op["at"] < 0 else op["at"]
    return [*rows[:at], row, *rows[at:]]


def shown(page: Page) -> list[Row]:
    items = page.evaluate("[...document.querySelectorAll('#rows > li')].map(li => [li.id, li.innerText])")
    return [(int(dom_id.removeprefix("rows-")), text) for dom_id, text in items]


def play(page: Page, number: int, ops: list[Op]) -> None:
    page.evaluate("([number, ops]) => cycle(number, ops)", [number, ops])
    expect(page.locator("#number")).to_have_text(str(number))


PUSH = """
window.cycle = (number, ops) => {
  const root = document.querySelector("[data-phx-main]");
  liveSocket.execJS(root, JSON.stringify([["push", {event: "cycle", value: {number, ops}}]]));
};
"""


@pytest.mark.parametrize("seed", range(3))
def test_random_operations_give_the_list_of_the_model(streams: Server, page: Page, seed: int) -> None:
    rng = random.Random(seed)
    page.goto(streams.url)
    connected(page)
    page.evaluate(PUSH)
    rows: list[Row] = [(n, f"{n}@0") for n in range(3)]
    for number in range(1, 41):
        ops = random_cycle(rng)
        rows = applied(rows, ops, number)
        play(page, number, ops)
        assert shown(page) == rows, f"seed {seed}, cycle {number}: {ops}"


@pytest.mark.parametrize(("limit", "kept"), [(3, [0, 1, 2]), (-3, [7, 8, 9])])
def test_a_limit_keeps_so_many_from_its_end(streams: Server, page: Page, limit: int, kept: list[int]) -> None:
    page.goto(streams.url)
    connected(page)
    page.evaluate(PUSH)
    for number in range(1, 8):
        play(page, number, [{"kind": "insert", "id": number + 2, "at": -1, "limit": limit}])
    assert [row for row, _ in shown(page)] == kept
