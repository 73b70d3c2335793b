"""Markdown of anybody: what is harmless is shown, nothing else reaches the page, and half a text is a text."""

from __future__ import annotations

import re
import sys
from functools import partial
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings, strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from actorlive import heex, ui, use_in_templates
from actorlive.template import Template
from actorlive.testing import render_component
from actorlive.ui import extras, markdown_blocks
from actorlive.ui.markdown_blocks import blocks_of, sanitised
from tests.support.cost import check_growth
from tests.template.golden_view import Recorder

use_in_templates(ui)

SAFE_ATTRIBUTES = frozenset(
    ("href", "title", "rel", "src", "alt", "start", "class", "align", "tabindex", "role", "aria-label")
)
SCHEMES = ("http:", "https:", "mailto:", "tel:")


def shown(text: str, **options: bool | int) -> str:
    return render_component(ui.markdown, text=text, **options)


def page(text: str, **options: bool | int) -> LexborNode:
    root = LexborHTMLParser(f"<!DOCTYPE html><body>{shown(text, **options)}").css_first(".al-markdown")
    assert root is not None
    return root


def check_harmless(html: str, *, images: bool = False) -> None:
    """By a browser's own reading of it: only known elements, only known attributes, no URL that runs or is unknown."""
    body = LexborHTMLParser(f"<!DOCTYPE html><body>{html}").body
    assert body is not None
    for node in body.css("*"):
        if node.tag in {"body", "div", "-text"}:
            continue
        assert node.tag in markdown_blocks.TAGS | ({"img"} if images else set()), node.html
        for name, value in node.attributes.items():
            assert name in SAFE_ATTRIBUTES, node.html
            if name in {"href", "src"}:
                url = re.sub(r"[\x00-\x20]", "", value or "").lower()
                scheme = re.match(r"[a-z][a-z0-9+.-]*:", url)
                assert scheme is None or scheme[0] in SCHEMES, node.html


class _Balance(HTMLParser):
    """A reader that knows no errors, so that nothing is mended for it."""

    VOID = frozenset(("br", "hr", "img"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def check_closed(html: str) -> None:
    reader = _Balance()
    reader.feed(html)
    reader.close()
    assert reader.open == []


# -- what it is to show --------------------------------------------------------

LETTER = """\
# Rye *bread*

Three **days**, `salt` and ~~sugar~~; see [there](https://example.org "a page").

| day | flour |
|-----|------:|
| 1   | 100 g |

> wait
> > longer

1. one
2. two
   ```python
   def mix(): return "dough"  # soft
   ```

```sql title="x"
select 1
```

---

[a reference][r] and <https://auto.example>

[r]: /somewhere
"""


def test_markdown_is_shown() -> None:
    root = page(LETTER)
    assert [(n.tag, n.text().strip()) for n in root.css("h2, em, strong, s, blockquote blockquote, hr")] == [
        ("h2", "Rye bread"),
        ("em", "bread"),
        ("strong", "days"),
        ("s", "sugar"),
        ("blockquote", "longer"),
        ("hr", ""),
    ]
    assert [n.attributes["href"] for n in root.css("a")] == [
        "https://example.org", "/somewhere", "https://auto.example",
    ]  # fmt: skip
    assert [n.text() for n in root.css("td[align=right]")] == ["100 g"]


def test_code_has_colours_in_a_fence_of_its_own_and_within_a_list() -> None:
    root = page(LETTER)
    assert [n.text() for n in root.css("li pre.al-code .al-k")] == ["def", "return"]
    assert [n.text() for n in root.css("div > pre.al-code .al-k")] == ["select"]


def test_code_is_the_very_text() -> None:
    text = "if a < b && \"c\" > 'd':\n\n    pass  # <script>"
    for language in ("python", "", "nobody-knows", "html"):
        assert page(f"```{language}\n{text}\n```").css("code")[0].text() == text


def test_without_pygments_code_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown_blocks, "has_pygments", lambda: False)
    assert sanitised(("", "python", "def f(): pass\n")).count("<span") == 0


def test_a_heading_has_the_level_that_is_asked_for_and_none_is_lower_than_six() -> None:
    text = "# one\n\n##### five"
    assert [n.tag for n in page(text, heading=1).css("h1, h5")] == ["h1", "h5"]
    assert [n.tag for n in page(text, heading=3).css("h3, h6")] == ["h3", "h6"]


def test_what_scrolls_is_reached_by_keyboard_and_has_a_name() -> None:
    root = page(LETTER)
    scrolling = root.css("pre, figure")
    assert len(scrolling) == 3
    for node in scrolling:
        assert {**node.attributes}.items() >= {"tabindex": "0", "role": "group"}.items()
        assert node.attributes["aria-label"] in {"Code", "Table"}


def test_a_picture_is_a_link_unless_pictures_are_wanted() -> None:
    text = "![a <b>map</b>](https://evil.example/?q=secret)"
    link = page(text).css_first("a")
    assert link is not None
    assert link.attributes["href"] == "https://evil.example/?q=secret"
    assert "map" in link.text()
    assert page(text).css("img") == []
    assert [n.attributes["src"] for n in page(text, images=True).css("img")] == [
        "https://evil.example/?q=secret"
    ]


def test_html_is_text_unless_it_is_wanted() -> None:
    text = "a <kbd>Tab</kbd>\n\n<details><summary>more</summary>\n\n*all*\n\n</details>"
    assert page(text).css("kbd, details") == []
    assert "<kbd>Tab</kbd>" in page(text).text()
    wanted = page(text, html=True)
    assert [n.text() for n in wanted.css("kbd, summary, details > p > em")] == ["Tab", "more", "all"]


def test_other_peoples_links_say_so() -> None:
    link = page("[x](https://example.org)").css_first("a")
    assert link is not None
    assert set((link.attributes["rel"] or "").split()) == {"noopener", "noreferrer", "nofollow"}


# -- what must not reach the page ----------------------------------------------

HTML_VECTORS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><script>alert&#40;1)</script></svg>",
    '<svg><animate xlink:href="#x" attributeName="href" values="javascript:alert(1)" /></svg>',
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<math><maction actiontype='statusline#http://x' xlink:href='javascript:alert(1)'>x</maction></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src=javascript:alert(1)></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<base href=//evil.example><link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0>",
    "<a href='javascript:alert(1)'>x</a><a href=' java\tscript:alert(1)'>y</a><a href='&#106;avascript:alert(1)'>z</a>",
    "<a href=vbscript:x>x</a><a href='data:text/html,<script>alert(1)</script>'>y</a><a href='file:///etc'>z</a>",
    "<b style='position:fixed;inset:0;background:url(//evil.example)'>x</b><style>*{display:none}</style>",
    "<b onmouseover=alert(1) onfocus=alert(1) autofocus tabindex=1 contenteditable>x</b>",
    '<b title="x" onclick="alert(1)">x</b><b title=\'"onclick=alert(1)\'>y</b>',
    '<b title="`><img src=x onerror=alert(1)>">z</b>',
    "<b phx-click='[[\"exec\",{}]]' phx-hook=X phx-mounted='[[\"push\",{}]]'>x</b>",
    "<a href=/ data-phx-link=patch data-phx-link-state=push data-method=delete data-to=/>x</a>",
    "<p id=al-status class='al-flash al-modal' name=location role=status>x</p>",
    "<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<select><option><textarea></textarea><template><img src=x onerror=alert(1)></template></select>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)></audio>",
    "<marquee onstart=alert(1)>x</marquee><!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]><?php echo 1 ?><!DOCTYPE x><!-- <script>alert(1)</script> -->",
    "</div></div></main></body><p>out",
    "<plaintext><xmp><listing><title></title>x",
    "<details ontoggle=alert(1) open>x</details><dialog open>x</dialog>",
    "<a href=//evil.example ping=//evil.example download target=_top>x</a>",
    "<p><<script>alert(1)//<</script></p><b/onclick=alert(1)/>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1)>x</table>",
    "<isindex action=javascript:alert(1)><keygen autofocus onfocus=alert(1)><frameset onload=alert(1)>",
    "<a href=https://x.example\x00javascript:alert(1)>x</a><scr\x00ipt>alert(1)</scr\x00ipt>",
]
MARKDOWN_VECTORS = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#74;avascript:alert(1)) [y](&#x6A;avascript&colon;alert(1)) [z](javascript&#x3a;alert(1))",
    "[x](<java\tscript:alert(1)>) [y]( javascript:alert(1)) [z](\x01javascript:alert(1))",
    "[x](vbscript:alert(1)) [y](data:text/html;base64,PHNjcmlwdD4=) [z](file:///etc/passwd)",
    "[x](data:image/svg+xml;base64,PHN2Zz4=) ![x](data:image/svg+xml;base64,PHN2Zz4=) ![y](data:image/png;base64,x)",
    "![x](javascript:alert(1)) ![y](https://x.example/\" onerror=\"alert(1))",
    "[x](https://x.example '\" onmouseover=\"alert(1)') [y](<https://x.example/\" onclick=\"alert(1)>)",
    "![\" onerror=\"alert(1)](https://x.example) ![<img src=x onerror=alert(1)>](x)",
    "<javascript:alert(1)> <https://x.example/\"onclick=alert(1)> <data:text/html,x>",
    "[x]: javascript:alert(1)\n[y]: data:text/html,x '\" onclick=\"x'\n\n[x] [y] ![x] ![y]",
    "```\" onclick=\"alert(1)\nx\n```\n\n~~~html\"><script>alert(1)</script>\nx\n~~~",
    "```python\n</code></pre><script>alert(1)</script>\n```",
    "- ```html\n  </code></pre></li></ul><script>alert(1)</script>\n  ```",
    "| <script>alert(1)</script> | x\" onclick=\"y |\n|:-:|--:|\n| [x](javascript:alert(1)) | <b onclick=x> |",
    "> > > # <svg onload=alert(1)>\n> > 1. <img src=x onerror=alert(1)>",
    "**<b onclick=alert(1)>** `<script>alert(1)</script>` ~~<style>*{}</style>~~",
    "a\\<script>alert(1)\\</script> &lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;",
    "[\\\"><script>alert(1)</script>](x) [a](b\"c) [a](b'c) [a](b`c)",
    "# x {onclick=alert(1) #al-status .al-modal}\n\n[TOC]\n\n[[x|javascript:alert(1)]]",
    "\ud800 [x](\udfff) ![\udc00](https://x.example/\ud800) \x00 \ufffe",
]  # fmt: skip


@pytest.mark.parametrize("html", [False, True])
@pytest.mark.parametrize("images", [False, True])
@pytest.mark.parametrize("vector", [*HTML_VECTORS, *MARKDOWN_VECTORS])
def test_what_is_hostile_does_nothing(vector: str, images: bool, html: bool) -> None:
    for text in (
        vector,
        f"a {vector} b",
        f"- {vector}\n- x",
        f"> {vector}",
        f"**{vector}",
        f"x\n\n{vector}\n\nx",
    ):
        found = shown(text, html=html, images=images)
        check_harmless(found, images=images)
        check_closed(found)


def test_a_check_of_harmlessness_can_fail() -> None:
    for html in (
        "<p onclick=x>",
        "<script>",
        "<a href='java\tscript:x'>",
        "<p id=x>",
        "<img src=x>",
        "<svg>",
    ):
        with pytest.raises(AssertionError):
            check_harmless(html)
    with pytest.raises(AssertionError):
        check_closed("<p><b></p>")


MARKS = ["```", "~~~", "\n\n", "\n", "> ", "- ", "    ", "`", "**", "](", "<", "|", "\t", "[x]: "]
PARTS = st.sampled_from([*HTML_VECTORS, *MARKDOWN_VECTORS, *MARKS, LETTER])


@settings(deadline=None)
@given(st.lists(PARTS | st.text(max_size=12), max_size=6).map("".join), st.booleans(), st.booleans())
def test_whatever_is_written_nothing_harmful_comes_of_it(text: str, html: bool, images: bool) -> None:
    found = shown(text, html=html, images=images)
    check_harmless(found, images=images)
    check_closed(found)


# -- a text that is being written ----------------------------------------------

STREAM: Template = heex("<main><ui.markdown text={@text} /></main>")


def test_each_beginning_of_a_text_is_whole() -> None:
    for end in range(len(LETTER)):
        found = shown(LETTER[:end])
        check_closed(found)
        check_harmless(found)


def test_a_word_sends_the_block_that_it_is_in_and_no_other() -> None:
    view = Recorder(STREAM, text=LETTER)
    view.join()
    words = [view.set(text=f"{LETTER}\nAnd then {'so ' * count}on") for count in range(1, 6)]
    for diff in words[1:]:
        assert "Rye" not in str(diff)
        assert "so so" in str(diff)
    assert len(str(words[-1])) < 120


def test_what_is_behind_the_end_leaves_the_blocks_before_as_they_are() -> None:
    text = LETTER.replace("[a reference][r] and", "and").replace("[r]: /somewhere", "")
    whole = blocks_of(text)
    for end in range(len(text)):
        blocks = blocks_of(text[:end])
        kept = max(len(blocks) - 1, 0)
        assert blocks[:kept] == whole[:kept]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "> " * 5_000,
        "- " * 5_000,
        "*a **b " * 1_000,
        "`" * 5_000 + "a",
        "![" * 2_500,
        "<b>" * 5_000,
        "[a](" * 2_000,
        "|" * 5_000 + "\n" + "|-" * 2_500,
        "\\" * 5_000,
        "&" * 5_000,
        "```python\n" + "'" * 10_000,
        "~~" * 2_500,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_no_text_takes_long(text: str) -> None:
    for html in (False, True):
        check_closed(shown(text, html=html))
        check_growth(partial(shown, html=html), text, text[: len(text) // 4])


# -- extras --------------------------------------------------------------------


@pytest.mark.parametrize("package", ["markdown_it", "nh3"])
def test_a_package_that_is_missing_is_asked_for(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    markdown_blocks.parser_of.cache_clear()
    markdown_blocks.cleaner_of.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError) as caught:
        shown("x")
    assert str(caught.value).endswith('which ui.markdown needs: pip install "actorlive[markdown]"')
    assert package in str(caught.value)


def test_pygments_is_there() -> None:
    assert extras.has_pygments()
