"""The messages of failures, to the letter."""

from __future__ import annotations

import re

from actorlive.testing.browser import failures
from actorlive.testing.browser.dom import Document

PAGE = """
<main><h1>Items</h1><ul id="items"><li id="item-1">Milk <button phx-click="delete">Delete</button></li>
<li id="item-2">Bread <button phx-click="delete">Delete</button></li></ul>
<button class="primary" phx-click="add">Add</button></main>
"""


def test_no_match_names_the_nearest() -> None:
    document = Document(PAGE)
    (main,) = document.select("main")
    assert failures.not_found(document, main, "#itms", None) == (
        """no element matches #itms
nearest:
  <ul id="items"> 'Milk Delete Bread Delete'
  <li id="item-1"> 'Milk Delete'
  <li id="item-2"> 'Bread Delete'
in
  <main>
    <h1>Items</h1>
    <ul id="items">
      <li id="item-1">
        Milk
        <button phx-click="delete">Delete</button>
      </li>
      <li id="item-2">
        Bread
        <button phx-click="delete">Delete</button>
      </li>
    </ul>
    <button class="primary" phx-click="add">Add</button>
  </main>"""
    )


def test_a_text_that_does_not_fit_shows_those_that_are_there() -> None:
    document = Document(PAGE)
    (main,) = document.select("main")
    told = failures.not_found(document, main, "button", "Remove").splitlines()
    assert told[:4] == [
        "no element matches button with text 'Remove'",
        "3 match the selector, with other texts:",
        "  <button phx-click=\"delete\"> 'Delete'",
        "  <button phx-click=\"delete\"> 'Delete'",
    ]


def test_several_matches_are_listed() -> None:
    document = Document(PAGE)
    (main,) = document.select("main")
    found = document.select("li")
    told = failures.ambiguous(document, main, "li", re.compile("[MB]"), found).splitlines()
    assert told[:4] == [
        "2 elements match li with text matching '[MB]', where one is wanted:",
        "  <li id=\"item-1\"> 'Milk Delete'",
        "  <li id=\"item-2\"> 'Bread Delete'",
        "Give a text, an id, or a selector that tells them apart.",
    ]


def test_long_pages_and_tokens_are_cut() -> None:
    document = Document(f'<div data-phx-session="{"x" * 200}">{"<p>line</p>" * 200}</div>')
    shown = failures.pretty(document.select("div")[0])
    assert 'data-phx-session="xxxxxxxxxxxx…"' in shown
    assert shown.endswith("… 122 lines more; view.open_browser() shows all")
