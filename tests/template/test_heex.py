"""Where templates stand: a literal in the call, compiled once for each place, seeing the names of its own module."""

from __future__ import annotations

import functools
import gc
import importlib.util
import linecache
import subprocess
import sys
import traceback
import types
import weakref
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actorlive.template import (
    Template,
    TemplateError,
    check_project,
    compile_function,
    compile_template,
    component,
    heex,
    render_to_string,
)
from actorlive.template.heex import REGISTRY
from tests.support.importing import import_from

CONSTANT = "<p>constant</p>"
NAME = '{open("/etc/hostname").read()}'
run_time: Any = heex
"""Not known to a type checker, which would object to what is no literal."""


def helper() -> str:
    return "from this module"


# -- a literal -----------------------------------------------------------------


def test_adjacent_literals_are_one_and_brackets_do_not_matter() -> None:
    assert render_to_string(heex("<p>a" "b</p>"), {}) == "<p>ab</p>"  # fmt: skip  # noqa: ISC001
    assert render_to_string(heex(("<p>c</p>")), {}) == "<p>c</p>"  # fmt: skip  # noqa: UP034
    assert render_to_string(heex(r"<p>\n</p>"), {}) == r"<p>\n</p>"


MADE: dict[str, Callable[[], object]] = {
    "an f-string": lambda: heex(f"<p>Hello {NAME}</p>"),
    "an f-string without fields": lambda: heex(f"<p>Hello</p>"),  # noqa: F541
    "a sum": lambda: heex("<p>" + NAME + "</p>"),
    "a sum of literals": lambda: heex("<p>" + "</p>"),
    "format": lambda: heex("<p>{}</p>".format(NAME)),  # noqa: UP032
    "percent": lambda: heex("<p>%s</p>" % NAME),  # noqa: UP031
    "join": lambda: heex("".join(["<p>", "</p>"])),  # noqa: FLY002
    "a constant of the module": lambda: heex(CONSTANT),
    "one of two": lambda: heex("<p>1</p>" if NAME else "<p>2</p>"),
    "a spread": lambda: heex(*["<p>1</p>"]),  # pyright: ignore[reportArgumentType]
    "bytes": lambda: run_time(b"<p></p>"),
    "map": lambda: [*map(run_time, ["<p>" + NAME])],
    "a partial": lambda: functools.partial(run_time, "<p>" + NAME)(),  # noqa: PLW0108
}


@pytest.mark.parametrize("what", MADE)
def test_text_that_was_made_at_run_time_is_refused(what: str) -> None:
    with pytest.raises(TemplateError, match="takes a string literal") as caught:
        MADE[what]()
    assert caught.value.filename == __file__
    assert "compile_template" in caught.value.hint


def test_the_refusal_points_to_what_was_given() -> None:
    text = "<p></p>"
    with pytest.raises(TemplateError) as caught:
        run_time(text)
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[caught.value.lineno - 1]
    assert line[caught.value.column - 1 :] == "text)"


def test_a_component_with_one_is_refused_when_it_is_defined() -> None:
    def bad(*, label: str) -> Template:
        return heex("<b>" + label + "</b>")  # pyright: ignore[reportArgumentType]

    with pytest.raises(TemplateError, match="takes a string literal"):
        component(bad)


def test_the_second_text_of_a_place_is_looked_at_as_the_first() -> None:
    namespace: dict[str, Any] = {"heex": heex, "texts": []}
    exec("def f(text):\n    '<p>1</p>'\n    x = '<i></i>'\n    return heex(text)", namespace)
    assert render_to_string(namespace["f"]("<i></i>"), {}) == "<i></i>"
    with pytest.raises(TemplateError, match="takes a string literal"):
        namespace["f"]("<p>" + NAME + "</p>")


def test_the_project_check_finds_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from actorlive import heex\nfrom actorlive.template import compile_template\n"
        "T = '<p></p>'\nheex(T)\ncompile_template(T)\n",
        encoding="utf-8",
    )
    (tmp_path / "b.py").write_text(
        "from actorlive.template import compile_template as heex\nheex('<p>' + '</p>')\n", encoding="utf-8"
    )
    (fault,) = check_project([tmp_path])
    assert (fault.lineno, fault.column) == (4, 6)
    assert fault.reason.startswith("heex takes a string literal")


# -- where there is no source --------------------------------------------------


def test_without_its_source_the_constants_of_the_calling_code_decide() -> None:
    namespace: dict[str, Any] = {"heex": heex, "name": NAME}
    exec("page = heex('<p>{name}</p>')", namespace)
    assert render_to_string(namespace["page"], {}).startswith("<p>{open(")
    for code in ("heex('<p>' + name + '</p>')", "heex(f'<p>{name}</p>')", "heex(name)"):
        with pytest.raises(TemplateError, match="takes a string literal"):
            exec(code, namespace)


def test_the_source_in_an_archive_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "zipped.zip"
    text = "from actorlive import heex\ngood = heex('<p>{@a +}</p>')\n"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped_faulty.py", text)
        file.writestr("zipped_constant.py", "from actorlive import heex\nT = '<p></p>'\npage = heex(T)\n")
        file.writestr("zipped_good.py", text.replace(" +", ""))
    import_from(archive, monkeypatch)
    with pytest.raises(TemplateError) as caught:
        importlib.import_module("zipped_faulty")
    assert caught.value.filename.endswith("zipped_faulty.py")
    assert caught.value.lineno == 2
    with pytest.raises(TemplateError, match="takes a string literal"):
        importlib.import_module("zipped_constant")
    assert render_to_string(importlib.import_module("zipped_good").good, {"a": 1}) == "<p>1</p>"


def test_a_file_that_was_edited_under_a_running_program(module: Module) -> None:
    code = "from actorlive import heex\ndef page():\n    return heex('<p>old</p>')\n"
    loaded = module("edited", code)
    Path(str(loaded.__file__)).write_text("# another\n" * 9, encoding="utf-8")
    assert render_to_string(loaded.page(), {}) == "<p>old</p>"


@pytest.mark.parametrize("options", [[], ["-X", "no_debug_ranges"]])
def test_with_and_without_columns(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "program.py").write_text(
        "from actorlive import heex\nfrom actorlive.template import render_to_string, TemplateError\n"
        "page = [heex('<p>1</p>'), heex('<p>2</p>')]\n"
        "print([render_to_string(p, {}) for p in page])\n"
        "import sys\ntry:\n    heex('<p>' + sys.argv[0])\nexcept TemplateError:\n    print('refused')\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, *options, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["['<p>1</p>', '<p>2</p>']", "refused"], done.stderr


# -- compile_template ----------------------------------------------------------


def test_compile_template_takes_any_text_and_sees_the_names_of_its_caller() -> None:
    for n in range(3):
        assert render_to_string(compile_template(f"<p>{n}: {{helper()}}</p>"), {}) == (
            f"<p>{n}: from this module</p>"
        )
    assert render_to_string(compile_template("{@n}", n=1), {}) == "1"


def test_compile_template_keeps_nothing() -> None:
    compile_template("<p></p>")
    gc.collect()
    before = len(linecache.cache)
    cores: list[weakref.ref[Any]] = []
    for n in range(50):
        cores.append(weakref.ref(compile_template(f"<p>{n}</p>").core))
        with pytest.raises(TemplateError):
            compile_template(f"<p>{n}")
    gc.collect()
    assert len(linecache.cache) == before
    assert not any(core() for core in cores)


def test_a_traceback_quotes_its_text() -> None:
    template = compile_template("<p>\n{1 / @zero}</p>")
    with pytest.raises(ZeroDivisionError) as caught:
        render_to_string(template, {"zero": 0})
    assert "{1 / @zero}" in "".join(traceback.format_exception(caught.value))


# -- each place once, in its own module ----------------------------------------

Module = Callable[[str, str], types.ModuleType]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    import_from(tmp_path, monkeypatch)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    names: list[str] = []

    def make(name: str, text: str) -> types.ModuleType:
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        names.append(name)
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield make
    for name in names:
        sys.modules.pop(name, None)


EQUAL = """
from actorlive import LiveView, component, heex
WHO = {who!r}
def shown(): return WHO
@component
def badge(): return heex("<b>{{WHO}}</b>")
class Page:
    template = heex("<p>{{shown()}}<.badge /></p>")
    def render(self): return heex("<i>{{shown()}}<.badge /></i>")
nested = (lambda: (lambda: heex("<u>{{shown()}}</u>"))())
"""


def everything(loaded: types.ModuleType) -> list[str]:
    page = loaded.Page()
    return [render_to_string(t, {}) for t in (page.template, page.render(), loaded.nested())]


def expected(who: str) -> list[str]:
    return [f"<p>{who}<b>{who}</b></p>", f"<i>{who}<b>{who}</b></i>", f"<u>{who}</u>"]


def test_modules_with_equal_code_see_their_own_names(module: Module) -> None:
    one, two = module("equal_one", EQUAL.format(who="1")), module("equal_two", EQUAL.format(who="2"))
    assert one.nested.__code__ == two.nested.__code__  # Python compares code by value, without its file
    for _ in range(2):
        assert everything(one) == expected("1")
        assert everything(two) == expected("2")


def test_one_file_loaded_under_two_names(module: Module) -> None:
    one = module("loaded_once", EQUAL.format(who="1"))
    spec = importlib.util.spec_from_file_location("loaded_twice", str(one.__file__))
    assert spec is not None
    assert spec.loader is not None
    two = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(two)
    vars(two)["WHO"] = "2"
    assert everything(two) == expected("2")
    assert everything(one) == expected("1")


def test_a_module_that_is_loaded_anew_is_compiled_anew(module: Module) -> None:
    text = 'from actorlive import component, heex\n{}\ndef page(): return heex("<.link />")\n'
    loaded = module("anew", text.format("pass"))
    with pytest.raises(TemplateError, match="needs content"):
        loaded.page()
    own = '@component\ndef link(): return heex("mine")'
    Path(str(loaded.__file__)).write_text(text.format(own), encoding="utf-8")
    linecache.clearcache()
    importlib.reload(loaded)
    assert render_to_string(loaded.page(), {}) == "mine"


def test_what_is_kept_does_not_grow_with_reloads(module: Module) -> None:
    loaded = module("again", EQUAL.format(who="1"))
    sizes: set[tuple[int, int]] = set()
    for _ in range(4):
        importlib.reload(loaded)
        assert everything(loaded) == expected("1")
        registry = vars(loaded)[REGISTRY]
        sizes.add((len(registry.by_place), len(registry.by_call)))
    assert len(sizes) == 1


def test_a_class_in_a_function_is_compiled_once() -> None:
    def make(n: int) -> Any:
        class Page:
            template = heex("<p>{@n}</p>", n=n)

        return Page

    one, two = make(1), make(2)
    assert one.template.core is two.template.core
    assert [render_to_string(page.template, {}) for page in (one, two)] == ["<p>1</p>", "<p>2</p>"]


def test_one_code_run_in_two_namespaces() -> None:
    code = compile('page = heex("<p>{who}</p>")', "<made>", "exec")
    one: dict[str, Any] = {"heex": heex, "who": 1}
    two: dict[str, Any] = {"heex": heex, "who": 2}
    exec(code, one)
    exec(code, two)
    assert [render_to_string(n["page"], {}) for n in (one, two)] == ["<p>1</p>", "<p>2</p>"]


def test_a_namespace_goes_with_its_templates() -> None:
    class Witness:
        pass

    namespace: dict[str, Any] = {"heex": heex, "witness": Witness()}
    exec("def page():\n    return heex('<p>{witness}</p>')\npage()", namespace)
    gone = weakref.ref(namespace["witness"])
    del namespace
    gc.collect()
    assert gone() is None


def test_what_was_compiled_ahead_is_what_the_call_gives() -> None:
    def render() -> Template:
        return heex("<p>{@a}</p>")

    (ahead,) = compile_function(render)
    assert render().core is ahead.core
