from __future__ import annotations

import importlib.util
import linecache
import re
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

import actorlive
from actorlive.template import Template, TemplateError, load_template, render_to_string
from actorlive.template.colocated.registry import Colocated, registry
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source

GOLDEN = Path(__file__).parent / "golden" / "colocated_errors.txt"
HOOK = 'export default { mounted() { this.el.title = "<b>" } }'
numbers = count()

Load = Callable[[str], ModuleType]


def module_name() -> str:
    """A module that no other test has."""
    return f"colocated_{next(numbers)}"


def compiled(text: str, module: str, **names: object) -> Template:
    return compile_source(Source.of_text(text, "page").tidy(), {"__name__": module, **names})


def brought(module: str) -> list[Colocated]:
    return [entry for entry in registry if entry.module == module]


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    """Import a text as a module; again, as a reload."""
    name = module_name()
    path = tmp_path / f"{name}.py"

    def load_module(text: str) -> ModuleType:
        path.write_text(text, encoding="utf-8")
        linecache.checkcache(str(path))
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load_module
    sys.modules.pop(name, None)


def test_a_hook_is_taken_out_and_its_name_is_its_modules() -> None:
    module = module_name()
    text = f"""
      <p id="p" phx-hook=".Sort">x</p>
      <script :type={{ColocatedHook}} name=".Sort">{HOOK}</script>
    """
    assert render_to_string(compiled(text, module), {}) == f'<p id="p" phx-hook="{module}.Sort">x</p>'
    [entry] = brought(module)
    assert (entry.kind, entry.full_name, entry.text) == ("hook", f"{module}.Sort", HOOK)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script :type={ColocatedJS}>a()</script>", ""),
        ("<script :type={ColocatedJS}>a()</script>\n<p>x</p>", "<p>x</p>"),
        (
            "<div>\n  <i></i>\n  <style :type={ColocatedCSS}>a{b:c}</style>\n</div>",
            "<div>\n  <i></i>\n</div>",
        ),
        ("{% if True %}<script :type={ColocatedJS}>a()</script>x{% endif %}", "x"),
        ("<b :for={n in [1, 2]}><script :type={ColocatedJS}>a()</script>{n}</b>", "<b>1</b><b>2</b>"),
        ("<.link href='/'><script :type={ColocatedJS}>a()</script>x</.link>", '<a href="/">x</a>'),
        ("<script>a({})</script>", "<script>a({})</script>"),
    ],
)
def test_what_is_taken_out_leaves_nothing_behind(text: str, html: str) -> None:
    assert render_to_string(compiled(text, module_name()), {}) == html


def test_scripts_and_styles_need_no_name() -> None:
    module = module_name()
    compiled("<script :type={ColocatedJS}>a()</script><style :type={ColocatedCSS}>p{}</style>", module)
    assert [(entry.kind, entry.text) for entry in brought(module)] == [("js", "a()"), ("css", "p{}")]


def test_scoped_styles_mark_the_root_elements() -> None:
    module = module_name()
    text = """
      <p><b>x</b></p><i :if={True}></i>{% for n in [1, 2] %}<u>{n}</u>{% endfor %}<.link href="/">y</.link>
      <style :type={ColocatedCSS} scoped>b { c: d }</style>
      <style :type={ColocatedCSS}>e { f: g }</style>
    """
    html = render_to_string(compiled(text, module), {})
    scoped, other = (entry.text for entry in brought(module))
    assert re.sub(r'"\w{10}', '"H', scoped) == (
        '@scope ([data-al-css~="H"]) to'
        ' (:where(:scope, :scope *)[data-al-css~="H-edge"] > :not([data-al-css~="H-in"]), [data-phx-session])'
        " {b { c: d }}"
    )
    mark = f'data-al-css="{scoped[23:33]}"'
    assert other == "e { f: g }"
    assert html == f'<p {mark}><b>x</b></p><i {mark}></i><u {mark}>1</u><u {mark}>2</u><a href="/">y</a>'


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"ColocatedHook": actorlive.ColocatedHook},
        {"Hook": actorlive.ColocatedHook},
        {"actorlive": actorlive},
    ],
)
def test_the_type_may_be_imported_in_any_way(names: dict[str, object]) -> None:
    written = {"Hook": "Hook", "actorlive": "actorlive.ColocatedHook"}.get("".join(names), "ColocatedHook")
    module = module_name()
    compiled(f'<script :type={{{written}}} name=".A">{HOOK}</script>', module, **names)
    assert len(brought(module)) == 1


def test_names_in_expressions_and_on_components() -> None:
    module = module_name()
    text = f"""
      <p id="p" phx-hook={{".Sort" if @on else None}}></p><.link id="a" href="/" phx-hook=".Sort">x</.link>
      <script :type={{ColocatedHook}} name=".Sort">{HOOK}</script>
    """
    template = compiled(text, module)
    on, off = render_to_string(template, {"on": True}), render_to_string(template, {"on": False})
    assert on.count(f'phx-hook="{module}.Sort"') == 2
    assert off.count("phx-hook") == 1


@pytest.mark.parametrize("script", [HOOK, "{ mounted() {} }", "const n = 1\nexport default { n };\n"])
def test_a_runtime_hook_stays_as_a_function(script: str) -> None:
    module = module_name()
    text = f"""<script :type={{ColocatedHook}} name=".Run" runtime nonce={{@nonce}}>{script}</script>"""
    html = render_to_string(compiled(text, module), {"nonce": 'a"b'})
    assert html.startswith(f'<script data-phx-runtime-hook="{module}.Run" nonce="a&#34;b">')
    assert f'window["phx_hook_{module}.Run"] = function () {{' in html
    assert html.count("const hook =") == 1
    assert "export" not in html


def test_a_hook_of_another_template_of_the_module(load: Load) -> None:
    module = load(f"""
from actorlive.template import heex
first = heex('<p id="p" phx-hook=".Late"></p>')
second = heex('''
  <script :type={{ColocatedHook}} name=".Late">{HOOK}</script>''')
""")
    assert f"{module.__name__}.Late" in render_to_string(module.first, {})


def test_a_template_in_a_file(tmp_path: Path) -> None:
    module = module_name()
    (tmp_path / "a.heex").write_text('<p id="p" phx-hook=".Beside"></p>')
    (tmp_path / "b.heex").write_text(f'<script :type={{ColocatedHook}} name=".Beside">{HOOK}</script>')
    namespace = {"__name__": module}
    assert f"{module}.Beside" in render_to_string(load_template(tmp_path / "a.heex", namespace), {})
    load_template(tmp_path / "b.heex", namespace)
    load_template(tmp_path / "b.heex", namespace)
    assert [entry.name for entry in brought(module)] == [".Beside"]


def test_a_module_that_is_loaded_again_replaces_what_it_brought(load: Load) -> None:
    script = 'heex("""<script :type={ColocatedHook} name=".Sort">export default {TEXT}</script>""")'
    before = "from actorlive.template import heex\n"
    module = load(before + script.replace("TEXT", "a: 1"))
    version = registry.version
    load(before + "\n\n" + script.replace("TEXT", "a: 2"))
    [entry] = brought(module.__name__)
    assert entry.text == "export default {a: 2}"
    assert registry.version > version


def test_two_hooks_of_one_name_in_a_module_point_to_each_other(load: Load) -> None:
    script = 'heex("""<script :type={ColocatedHook} name=".Sort">export default {}</script>""")\n'
    with pytest.raises(TemplateError, match=r"two hooks \.Sort") as raised:
        load("from actorlive.template import heex\n" + 2 * script)
    assert raised.value.lineno == 3
    assert ".py:2" in raised.value.hint


def test_modules_have_names_of_their_own() -> None:
    one, two = module_name(), module_name()
    for module in (one, two):
        compiled(f'<script :type={{ColocatedHook}} name=".Sort">{HOOK}</script>', module)
    assert [brought(module)[0].full_name for module in (one, two)] == [f"{one}.Sort", f"{two}.Sort"]


FAULTS = {
    "no dot": '<script :type={ColocatedHook} name="Sort">export default {}</script>',
    "no identifier": '<script :type={ColocatedHook} name=".so-rt">export default {}</script>',
    "no name": "<script :type={ColocatedHook}>export default {}</script>",
    "name not literal": "<script :type={ColocatedHook} name={@name}>export default {}</script>",
    "unknown type": '<script :type={ColocatedHok} name=".Sort">export default {}</script>',
    "type that is none": '<script :type={"hook"} name=".Sort">export default {}</script>',
    "type without value": '<script :type name=".Sort">export default {}</script>',
    "wrong element": '<style :type={ColocatedHook} name=".Sort">export default {}</style>',
    "type elsewhere": '<p :type={ColocatedHook} name=".Sort"></p>',
    "unknown attribute": '<script :type={ColocatedHook} nane=".Sort">export default {}</script>',
    "misspelt attribute of a style": "<style :type={ColocatedCSS} scope>p{}</style>",
    "name on a script": '<script :type={ColocatedJS} name=".Sort">a()</script>',
    "two of one name": "".join(
        f'<script :type={{ColocatedHook}} name=".Sort">export default {{{n}}}</script>\n' for n in "ab"
    ),
    "conditional": '<script :if={@x} :type={ColocatedHook} name=".Sort">export default {}</script>',
    "repeated": "<style :for={x in @xs} :type={ColocatedCSS}>p{}</style>",
    "no default export": '<script :type={ColocatedHook} name=".Sort">export const a = {}</script>',
    "empty": '<script :type={ColocatedHook} name=".Sort"> </script>',
    "unknown hook": '<p id="p" phx-hook=".Srot"></p>\n'
    '<script :type={ColocatedHook} name=".Sort">export default {}</script>',
    "unknown hook in an expression": '<p id="p" phx-hook={".Chart" if @x else None}></p>',
}


def said(text: str) -> str:
    with pytest.raises(TemplateError) as raised:
        compiled(text, "shop.rows")
    return str(raised.value)


def test_faults_are_told_word_for_word() -> None:
    told = "\n\n".join(f"# {name}\n{said(text)}" for name, text in FAULTS.items())
    assert told + "\n" == GOLDEN.read_text(encoding="utf-8")
