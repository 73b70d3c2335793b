"""The page as a tree."""

from __future__ import annotations

import pytest

from actorlive.testing import SelectorError
from actorlive.testing.browser.dom import Document, parse_fragment


def test_html_is_parsed_as_a_browser_does() -> None:
    document = Document("<table><tr><td>1</table><p>a<ul><li>b</ul>")
    assert [node.tag for node in document.select("body *")] == ["table", "tbody", "tr", "td", "p", "ul", "li"]


def test_what_is_parsed_is_written_again() -> None:
    html = '<p class="a&quot;b">1 &lt; 2<!--c--></p><script>a < b</script><input disabled>'
    document = Document(f"<div>{html}</div>")
    assert document.select("div")[0].inner_html() == html


def test_text_reads_as_on_the_page() -> None:
    document = Document(
        "<div><p>one\n  two</p><p>three<br>four<b>five</b></p><script>no</script><!-- no --></div>"
    )
    assert document.select("div")[0].text() == "one two three fourfive"


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("li:nth-child(2)", "b"),
        ("li:has(i)", "c"),
        ("ul > li:not(.x):last-child", "c"),
        ("li:is(.x, .y)", "a"),
        ('[title^="t"]', "b"),
        ("#list li + li.z", "c"),
    ],
)
def test_selectors(selector: str, found: str) -> None:
    document = Document(
        '<ul id="list"><li id="a" class="x"></li><li id="b" title="tt"></li><li id="c" class="z"><i></i></li></ul>'
    )
    assert [node.id for node in document.select(selector)] == [found]


def test_a_broken_selector_is_told() -> None:
    with pytest.raises(SelectorError, match=r"not a CSS selector: 'li\['"):
        Document("").select("li[")


def test_closest_and_within() -> None:
    document = Document('<div class="a"><div class="a" id="i"><p></p></div></div>')
    (paragraph,) = document.select("p")
    closest = document.closest(paragraph, ".a")
    assert closest is not None
    assert closest.id == "i"
    assert document.select(".a", within=closest) == []
    assert document.matches(paragraph, ".a p")


def test_templates_keep_their_content_to_themselves() -> None:
    document = Document('<template id="t"><p>inside</p></template><p>outside</p>')
    assert [node.text() for node in document.select("p")] == ["outside"]
    assert document.select("#t")[0].outer_html() == '<template id="t"><p>inside</p></template>'


def test_a_fragment_is_read_in_its_context() -> None:
    assert [str(node) for node in parse_fragment("<tr><td>1</td></tr>", "tbody")] == ["<tr>"]
