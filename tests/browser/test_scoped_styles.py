"""How far scoped styles reach, by what Chromium computes."""

from __future__ import annotations

import pytest
from markupsafe import Markup
from playwright.sync_api import Page

from actorlive import Slot, Template, component, heex
from actorlive.template import render_to_string
from actorlive.template.colocated.registry import registry


@component
def plain(*, inner_block: Slot = Slot.empty) -> Template:
    """A component without styles of its own."""
    return heex("""<section><b id="plain">plain</b>{render_slot(@inner_block)}</section>""")


@component
def bare(*, inner_block: Slot) -> Template:
    """A component without an element of its own."""
    return heex("{render_slot(@inner_block)}")


def helper() -> Template:
    return heex("""<b id="helper">helper</b>""")


@component
def card(*, inner_block: Slot, note: Markup) -> Template:
    """A component with scoped styles."""
    return heex("""
      <div>
        <b id="own">own</b>
        {render_slot(@inner_block)}
        <div :if={True}>
          <b id="deep">deep</b>
          <.plain><i><b id="given">given</b></i></.plain>
          <.bare><i><b id="given-bare">given</b></i></.bare>
          {helper()}
        </div>
        <div id="text">{@note}</div>
      </div>
      <style :type={ColocatedCSS} scoped>
        b { color: rgb(255, 0, 0) }
      </style>
    """)


@component
def grid() -> Template:
    """Places the roots of what it holds."""
    return heex("""
      <main><.plain /></main>
      <style :type={ColocatedCSS} scoped lower-bound="inclusive">
        section { margin-top: 7px }
        b { color: rgb(0, 0, 255) }
      </style>
    """)


PAGE = heex(
    """<.card note={Markup('<b id="markup">markup</b>')}><u><b id="theirs">theirs</b></u></.card><b id="outside"></b>"""
)
RED = "rgb(255, 0, 0)"


def shown(page: Page, html: str) -> None:
    styles = "".join(entry.text for entry in registry if entry.kind == "css" and entry.module == __name__)
    page.set_content(f"<!DOCTYPE html><style>{styles}</style>{html}")


def colour(page: Page, dom_id: str) -> str:
    return page.eval_on_selector(f"#{dom_id}", "el => getComputedStyle(el).color")


@pytest.mark.parametrize(
    ("dom_id", "is_red"),
    [
        ("own", True),
        ("deep", True),
        ("given", True),
        ("given-bare", True),
        ("markup", True),
        ("plain", False),
        ("theirs", False),
        ("helper", False),
        ("outside", False),
    ],
)
def test_a_scope_ends_where_another_template_begins(page: Page, dom_id: str, is_red: bool) -> None:
    shown(page, render_to_string(PAGE, {}))
    assert (colour(page, dom_id) == RED) == is_red


def test_what_a_script_adds_belongs_to_the_template(page: Page) -> None:
    shown(page, render_to_string(PAGE, {}))
    page.evaluate("document.querySelector('#text').innerHTML = '<p><b id=added>added</b></p>'")
    assert colour(page, "added") == RED


def test_an_inclusive_bound_reaches_the_roots_of_others_and_no_further(page: Page) -> None:
    shown(page, render_to_string(heex("<.grid />"), {}))
    assert page.eval_on_selector("section", "el => getComputedStyle(el).marginTop") == "7px"
    assert colour(page, "plain") == "rgb(0, 0, 0)"
