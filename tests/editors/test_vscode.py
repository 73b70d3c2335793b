"""The extension for VS Code: its manifest fits together, and its grammars colour what the compiler would see.

VS Code's own tokenizer runs here (vscode-textmate on Oniguruma), with its grammars of Python, JavaScript and CSS.
"""

from __future__ import annotations

import ast
import json
import linecache
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from actorlive.template.colocated.extraction import extract
from actorlive.template.colocated.kinds import TYPES
from actorlive.template.colocated.registry import ColocatedRegistry
from actorlive.template.compiler.codegen import generate
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.syntax.literals import HeexCall, calls_in
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source
from actorlive.template.tools.modules import imports_of, means_heex
from tests.docs.blocks import blocks

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "editors/vscode"
TEMPLATE, ASSIGN = "meta.embedded.block.heex", "variable.other.assign.heex"
PYTHON = "meta.embedded.expression.heex"

Token = tuple[str, list[str]]
Tokenize = Callable[[str, str], list[list[Token]]]


# -- what VS Code reads --------------------------------------------------------


class Capture(msgspec.Struct, forbid_unknown_fields=True):
    name: str


class Rule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A rule of a TextMate grammar, as the format has it."""

    name: str | None = None
    contentName: str | None = None  # noqa: N815
    include: str | None = None
    match: str | None = None
    captures: dict[str, Capture] = {}
    begin: str | None = None
    beginCaptures: dict[str, Capture] = {}  # noqa: N815
    end: str | None = None
    endCaptures: dict[str, Capture] = {}  # noqa: N815
    patterns: list[Rule] = []

    def faults(self) -> Iterator[str]:
        """Keys that do not go together; the tokenizer would pass over them in silence."""
        matches = [self.include is not None, self.match is not None, self.begin is not None]
        if sum(matches) > 1 or (not any(matches) and not self.patterns):
            yield "a rule is one of include, match, begin and patterns"
        if (self.begin is None) != (self.end is None):
            yield f"{self.begin or self.end} has no other end"
        if self.begin is None and (self.beginCaptures or self.endCaptures or self.contentName):
            yield "captures of a beginning that is not there"
        for rule in self.patterns:
            yield from rule.faults()

    def includes(self) -> Iterator[str]:
        if self.include is not None:
            yield self.include
        for rule in self.patterns:
            yield from rule.includes()


class Grammar(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: str
    scopeName: str  # noqa: N815
    fileTypes: list[str] = []  # noqa: N815
    injectionSelector: str | None = None  # noqa: N815
    patterns: list[Rule]
    repository: dict[str, Rule] = {}


class Contribution(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    scopeName: str  # noqa: N815
    path: str
    language: str | None = None
    injectTo: list[str] = []  # noqa: N815
    embeddedLanguages: dict[str, str] = {}  # noqa: N815


class Language(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    aliases: list[str]
    extensions: list[str]
    configuration: str


class Contributions(msgspec.Struct, forbid_unknown_fields=True):
    languages: list[Language]
    grammars: list[Contribution]


class Manifest(msgspec.Struct):
    name: str
    publisher: str
    version: str
    license: str
    engines: dict[str, str]
    contributes: Contributions
    scripts: dict[str, str]


MANIFEST = msgspec.json.decode((EXTENSION / "package.json").read_bytes(), type=Manifest)
GRAMMARS = {
    each.scopeName: msgspec.json.decode((EXTENSION / each.path).read_bytes(), type=Grammar)
    for each in MANIFEST.contributes.grammars
}


def test_the_manifest_names_what_is_there() -> None:
    assert MANIFEST.engines.keys() == {"vscode"}
    assert MANIFEST.scripts["package"].startswith("vsce package")
    [language] = MANIFEST.contributes.languages
    assert language.extensions == [".heex"]
    assert json.loads((EXTENSION / language.configuration).read_text(encoding="utf-8"))["brackets"]
    for each in MANIFEST.contributes.grammars:
        assert GRAMMARS[each.scopeName].scopeName == each.scopeName
        assert each.language in (None, language.id)
        assert set(each.embeddedLanguages.values()) <= {language.id, "python", "javascript", "css"}
        assert bool(each.injectTo) == bool(GRAMMARS[each.scopeName].injectionSelector)


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS.keys())
def test_a_grammar_is_one_and_leads_nowhere_that_is_not_there(grammar: Grammar) -> None:
    rules = [*grammar.patterns, *grammar.repository.values()]
    assert [fault for rule in rules for fault in rule.faults()] == []
    known = {f"#{name}" for name in grammar.repository} | GRAMMARS.keys()
    known |= {"source.python#expression", "source.js", "source.css"}
    included = {name for rule in rules for name in rule.includes()}
    assert included <= known
    assert {f"#{name}" for name in grammar.repository} <= included


def test_the_scopes_that_embed_a_language_are_given_by_a_grammar() -> None:
    text = "".join(
        (EXTENSION / each.path).read_text(encoding="utf-8") for each in MANIFEST.contributes.grammars
    )
    for each in MANIFEST.contributes.grammars:
        assert [scope for scope in each.embeddedLanguages if f'"contentName": "{scope} ' not in text] == []


# -- tokens --------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokenize() -> Iterator[Tokenize]:
    """The tokens of each line of a text."""
    command = ["node", str(Path(__file__).with_name("tokenize.mjs"))]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:

        def ask(scope: str, text: str) -> list[list[Token]]:
            assert node.stdin is not None
            assert node.stdout is not None
            node.stdin.write(f"{json.dumps({'scope': scope, 'text': text})}\n")
            node.stdin.flush()
            tokens: list[list[Token]] = json.loads(node.stdout.readline())
            return tokens

        yield ask


def has(token: Token, scope: str) -> bool:
    return any(one.startswith(scope) for one in token[1])


def coloured(lines: Iterable[list[Token]], scope: str) -> list[str]:
    """What has a scope; neighbours that share it are one text."""
    found: list[str] = []
    for line in lines:
        joined = False
        for token in line:
            if has(token, scope):
                found[-1:] = [found[-1] + token[0]] if joined else [*found[-1:], token[0]]
            joined = has(token, scope)
    return found


PAGE = """
<h1 class="a {b}" id=x>{@title} &amp; {"}"}</h1>
{% for item in @items %}<.badge :if={item.ok and @on} label={f"n {@count}"} {@rest} phx-click="go" />{% endfor %}
<ui.card><:col :let={row} title={money(@cents)}>{row @ @matrix}</:col></ui.card>
{# {@no} <b> #} <!-- {@neither} --> <script>let a = 1;</script> <style>b { top: 0 }</style>
"""


@pytest.fixture(scope="module")
def page(tokenize: Tokenize) -> list[list[Token]]:
    return tokenize("text.html.heex.actorlive", PAGE)


@pytest.mark.parametrize(
    ("scope", "texts"),
    [
        (ASSIGN, ["@title", "@items", "@on", "@count", "@rest", "@cents", "@matrix"]),
        ("entity.name.tag.html", ["h1", "h1", "script", "script", "style", "style"]),
        ("entity.name.function.component", ["badge", "card", "card"]),
        ("entity.name.namespace", ["ui", "ui"]),
        ("entity.name.tag.slot", ["col", "col"]),
        ("keyword.control.heex", ["for", ":if", "endfor", ":let"]),
        ("entity.other.attribute-name", ["class", "id", "label", "phx-click", "title"]),
        ("entity.other.attribute-name.binding", ["phx-click"]),
        ("string.quoted.double.html", ['"a {b}"', '"go"']),
        ("string.unquoted.html", ["x"]),
        ("comment", ["{# {@no} <b> #}", "<!-- {@neither} -->"]),
        ("constant.character.entity", ["&amp;"]),
        ("keyword.operator.arithmetic.python", ["@"]),
        ("source.js", ["let a = 1;"]),
        ("source.css", ["b { top: 0 }"]),
    ],
)
def test_each_thing_has_its_scope(page: list[list[Token]], scope: str, texts: list[str]) -> None:
    assert coloured(page, scope) == texts


def test_expressions_are_python(page: list[list[Token]]) -> None:
    assert coloured(page, PYTHON) == [
        "@title",
        '"}"',
        " item in @items ",
        "item.ok and @on",
        'f"n {@count}"',
        "@rest",
        " ",
        "row",
        "money(@cents)",
        "row @ @matrix",
    ]


@pytest.mark.parametrize(
    "call",
    [
        'heex("""<b>{@a}</b>""")',
        "heex('''<b>{@a}</b>''')",
        'heex("<b>{@a}</b>")',
        "heex( '<b>{@a}</b>' )",
        'heex(r"""<b>{@a}</b>""", total=1)',
        'heex(\n    """\n<b>{@a}</b>\n""",\n    total=1,\n)',
        'actorlive.heex("<b>{@a}</b>")',
        'f(heex("<b>{@a}</b>"))',
    ],
)
def test_a_template_in_python(tokenize: Tokenize, call: str) -> None:
    lines = tokenize("source.python", f"x = {call}\ny = '<b>{{@a}}</b>'")
    assert coloured(lines, TEMPLATE) == ["<b>{@a}</b>"]
    assert coloured(lines, ASSIGN) == ["@a"]
    assert coloured(lines[-1:], "string.quoted.single.python") == ["'<b>{@a}</b>'"]


@pytest.mark.parametrize(
    "text",
    ["# heex('<b>')", "'heex(\"<b>\")'", "def heex(source='<b>'): ...", "heexes('<b>')", "x.heex = '<b>'"],
)
def test_what_is_no_template(tokenize: Tokenize, text: str) -> None:
    lines = tokenize("source.python", text)
    assert coloured(lines, TEMPLATE) == []


@pytest.mark.parametrize(
    "open_", ["<b", '<b class="x', "<b title={@a", "{@a", "{% if @a", "<!-- x", "{# x", "<script>a"]
)
def test_what_is_open_in_a_template_ends_with_it(tokenize: Tokenize, open_: str) -> None:
    lines = tokenize("source.python", f'x = heex("""\n{open_}\n""")\ny = 1')
    assert coloured(lines[-1:], "constant.numeric") == ["1"]
    assert coloured(lines[-1:], TEMPLATE) == []


# -- everything that stands here -----------------------------------------------


def python_files() -> dict[str, str]:
    files = {str(path.relative_to(ROOT)): path for path in (ROOT / "examples").rglob("*.py")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    for page in (ROOT / "docs").rglob("*.md"):
        shown = blocks(str(page.relative_to(ROOT)))
        texts |= {f"{page.name}:{block.title}": block.text for block in shown if block.title.endswith(".py")}
    return {name: text for name, text in texts.items() if "heex(" in text}


SHOWN = python_files()


def heex_calls(text: str, file: Path) -> list[HeexCall]:
    """The calls of `heex` with a literal in a Python file of that text."""
    file.write_text(text, encoding="utf-8")
    linecache.checkcache(str(file))
    imports = imports_of(ast.parse(text))
    calls = sorted(calls_in(str(file)).values(), key=lambda call: call.position)
    return [call for call in calls if means_heex(call.function, imports)]


def literals(text: str, file: Path) -> list[str]:
    """The templates as they stand in the file, without their quotes."""
    found = [ast.get_source_segment(text, call.literal) for call in heex_calls(text, file)]
    return [literal.strip("\"'") for literal in found if literal is not None]


def assigns(text: str, file: Path) -> set[str]:
    """What the templates read, as the compiler has it."""
    names: set[str] = set()
    for call in heex_calls(text, file):
        source = Source.of_file(call.text, "template").tidy()
        nodes = extract(source, parse(source), {"__name__": "shown", **TYPES}, into=ColocatedRegistry())
        names |= generate(source, nodes, {}, BUILTINS).names.keys()
    return {f"@{name}" for name in names}


@pytest.mark.parametrize("text", SHOWN.values(), ids=SHOWN.keys())
def test_templates_are_coloured_from_end_to_end(tokenize: Tokenize, text: str, tmp_path: Path) -> None:
    lines = tokenize("source.python", text)
    embedded = "".join(token[0] for line in lines for token in line if has(token, TEMPLATE))
    assert embedded == "".join(literals(text, tmp_path / "page.py")).replace("\n", "")


PLAIN = {name: text for name, text in SHOWN.items() if "MacroComponent" not in text}
"""Those whose tags no code rewrites, which would have to run."""


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_the_coloured_assigns_are_those_that_the_compiler_reads(
    tokenize: Tokenize, text: str, tmp_path: Path
) -> None:
    assert set(coloured(tokenize("source.python", text), ASSIGN)) == assigns(text, tmp_path / "page.py")
