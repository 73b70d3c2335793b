"""A context that is used again is as new: no test sees what another has left in its pages."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.contexts import tidy
from tests.browser.pages import connected
from tests.browser.server import Server

LEAVE = """
  document.cookie = "left=1"
  localStorage.setItem("left", "1")
  sessionStorage.setItem("left", "1")
  indexedDB.open("left")
"""
LOOK = """async () => [
  document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"""


def test_what_a_page_has_left_is_gone(server: Server, page: Page) -> None:
    context = page.context
    page.goto(f"{server.url}/counter")
    connected(page).evaluate(LEAVE)
    context.grant_permissions(["clipboard-read"])
    context.set_offline(True)
    assert page.evaluate(LOOK)[:2] == ["left=1", 1]
    tidy(context)
    assert context.pages == []
    assert context.cookies() == []
    fresh = context.new_page()
    fresh.goto(f"{server.url}/counter")
    assert connected(fresh).evaluate(LOOK) == ["", 0, 0, 0]
    query = "async () => (await navigator.permissions.query({ name: 'clipboard-read' })).state"
    assert fresh.evaluate(query) == "prompt"
