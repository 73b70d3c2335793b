"""A name means one thing: classes, modules and the rulers between a file's sections."""

from __future__ import annotations

import ast
import collections
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "actorlive"
NEW = PACKAGE / "new"
"""What is in its folders are other people's applications, which have names of their own."""
ROOMS = ("actorlive", "bench", "docs", "examples", "tests", ".ci")

TWICE: dict[str, str] = {
    "FormError": "forms: a form that cannot be built; testing: values that the page's form could not send",
    "Message": "pubsub: what may leave the process; wire: a frame between page and server",
    "Destination": "runtime: what a message can be sent to; testing: where a redirect leads",
}
"""Names of classes and types that stand twice in the package, and why each may. Everything else has one definition."""


# -- classes -------------------------------------------------------------------


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def class_definitions(root: Path) -> dict[str, list[str]]:
    """Where each class is defined, nested ones included, and each other name for a type."""
    found: dict[str, list[str]] = collections.defaultdict(list)
    for path in sorted(set(root.rglob("*.py")) - set(NEW.glob("*/**/*.py"))):
        classes = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef))
        named = [*((node.name, node.lineno) for node in classes), *aliases(parsed(path))]
        for name, line in named:
            found[name].append(f"{path.relative_to(root.parent)}:{line}")
    return found


def aliases(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The module's own names in capitals and small letters: other names for types, but no type variables."""
    for node in tree.body:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar" | "TypeVarTuple" | "ParamSpec"))):
                pass
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name):
                    yield name, node.lineno
            case _:
                pass


def test_a_class_or_a_type_means_one_thing_in_the_whole_package() -> None:
    repeated = {
        name: places
        for name, places in class_definitions(PACKAGE).items()
        if len(places) > 1 and name not in TWICE
    }
    assert repeated == {}


def test_no_name_is_excepted_that_stands_only_once() -> None:
    assert {name for name in TWICE if len(class_definitions(PACKAGE)[name]) < 2} == set()


def test_a_class_that_is_defined_again_is_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("class Reply: ...\n")
    (tmp_path / "two.py").write_text("def f():\n    class Reply: ...\n")
    (tmp_path / "three.py").write_text("Reply = int | str\nT = 1\nREPLY = 2\n")
    (tmp_path / "four.py").write_text('Reply: TypeAlias = int | str\nR_co = TypeVar("R_co")\n')
    assert len(class_definitions(tmp_path)["Reply"]) == 4
    assert set(class_definitions(tmp_path)) == {"Reply"}


# -- modules -------------------------------------------------------------------

SHADOWS: dict[str, str] = {
    "actorlive/web/forms.py": "how a form comes in over HTTP; web imports nothing of actorlive.forms",
    "actorlive/testing/browser/forms.py": "the browser's forms; the kit imports nothing of actorlive.forms",
}
"""Modules that may be named like a package at the top, and why."""


def shadows(root: Path) -> Iterator[str]:
    """Modules named like a top-level package: `from actorlive.x import runtime` would read like the package."""
    packages = {path.name for path in root.iterdir() if (path / "__init__.py").exists()}
    for path in root.rglob("*.py"):
        if path.parent != root and path.stem in packages - {path.parent.name}:
            yield str(path.relative_to(root.parent))


def test_no_module_is_named_like_a_package_at_the_top() -> None:
    assert sorted(set(shadows(PACKAGE)) - SHADOWS.keys()) == []


@pytest.mark.parametrize("path", SHADOWS)
def test_a_namesake_of_a_package_never_meets_it(path: str) -> None:
    room = ROOT / path
    met = [
        str(other)
        for other in room.parent.rglob("*.py")
        if f"actorlive.{room.stem}" in modules_imported(other)
    ]
    assert met == []


def imports(path: Path) -> Iterator[tuple[str, str]]:
    """(name in the file, module) for each import of a module of the package by its last name."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("actorlive"):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def modules_imported(path: Path) -> set[str]:
    """The modules that a file imports from, and the first package of each."""
    names = {
        node.module
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module is not None
    }
    return names | {".".join(name.split(".")[:2]) for name in names}


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_the_name_of_an_imported_module_is_not_reused_for_a_variable_of_its_file() -> None:
    reused = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name, module in imports(path)
        if is_module(module) and name in assigned(path)
    ]
    assert reused == []


def assigned(path: Path) -> set[str]:
    """The names that a file assigns or takes as parameters."""
    tree = parsed(path)
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


# -- rulers --------------------------------------------------------------------

RULER = re.compile(r" *# -- \S.* -{3,}")
LOOKS_LIKE_ONE = re.compile(r" *#(?: ?[-=]{2,}| .*[^|`-]? ?[-=]{4,}$)")


def faulty_rulers(text: str) -> list[int]:
    """The lines that separate sections in another way than `# -- name ---`, to column 80."""
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if LOOKS_LIKE_ONE.match(line) and not (RULER.fullmatch(line) and len(line) == 80)
    ]


def test_sections_are_ruled_in_one_way() -> None:
    files = [*ROOT.glob("*.py"), *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    assert len(files) > 300
    faulty = {str(path.relative_to(ROOT)): faulty_rulers(path.read_text(encoding="utf-8")) for path in files}
    assert {name: lines for name, lines in faulty.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "# ---- name ----",
        "# -- name ---",
        "# Name " + "-" * 60,
        "    # -- name " + "-" * 70,
        "# " + "-" * 70,
        "# ==== x",
    ],
)
def test_another_style_of_ruler_is_found(line: str) -> None:
    assert faulty_rulers(line) == [1]


@pytest.mark.parametrize(
    "line", [f"# -- name {'-' * 70}", f"    # -- a name {'-' * 64}", "# a -- b", "x = 1  # -- no"]
)
def test_the_one_style_and_plain_comments_pass(line: str) -> None:
    assert faulty_rulers(line) == []
