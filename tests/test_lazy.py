"""Doors that load their names late, and what an import of each package brings in."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import BuiltinImporter, ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

from actorlive.lazy import open_door
from tests.support.importing import import_from

DOOR = """\
from typing import TYPE_CHECKING

from actorlive.lazy import open_door

if TYPE_CHECKING:
    from {name}.far import missing_name as missing_name
    from {name}.needy import served as served
    from {name}.near import count as count, log as log

open_door(__name__, globals(), extra="shop[till]", needs=("till_driver",))
"""

Package = Callable[[str], ModuleType]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Make and import a package of that name with such a door."""
    import_from(tmp_path, monkeypatch)

    def made(name: str) -> ModuleType:
        write(tmp_path / name, name)
        return importlib.import_module(name)

    return made


def write(folder: Path, name: str) -> None:
    folder.mkdir()
    files = {
        "__init__.py": DOOR.format(name=name),
        "near.py": "log = []\nlog.append('loaded')\ncount = 3\n",
        "needy.py": "import till_driver\nserved = till_driver.served\n",
        "far.py": "import a_module_that_nobody_has\n",
    }
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")


def test_a_name_is_imported_when_it_is_first_used(package: Package) -> None:
    shop = package("shop_used")
    assert "shop_used.near" not in sys.modules
    assert shop.count == 3
    assert vars(shop)["count"] == 3  # from now on no function call
    assert shop.log == ["loaded"]


def test_an_unknown_name_is_refused_as_any_module_refuses_it(package: Package) -> None:
    shop = package("shop_unknown")
    with pytest.raises(AttributeError, match="module 'shop_unknown' has no attribute 'cuont'"):
        _ = shop.cuont
    with pytest.raises(ImportError, match="cannot import name 'cuont' from 'shop_unknown'"):
        exec("from shop_unknown import cuont")


def test_a_missing_extra_says_what_to_install(package: Package) -> None:
    shop = package("shop_needy")
    with pytest.raises(ModuleNotFoundError) as error:
        _ = shop.served
    assert str(error.value) == (
        "No module named 'till_driver', which shop_needy needs: pip install \"shop[till]\""
    )
    assert error.value.name == "till_driver"


def test_another_missing_module_is_told_as_it_is(package: Package) -> None:
    shop = package("shop_far")
    with pytest.raises(ModuleNotFoundError) as error:
        _ = shop.missing_name
    assert str(error.value) == "No module named 'a_module_that_nobody_has'"


def test_dir_and_all_know_every_name_before_it_is_loaded(package: Package) -> None:
    shop = package("shop_dir")
    assert dir(shop) == shop.__all__ == ["count", "log", "missing_name", "served"]
    assert "shop_dir.near" not in sys.modules


def test_a_star_import_brings_every_name() -> None:
    for door in ("actorlive", "actorlive.testing"):
        namespace: dict[str, object] = {}
        exec(f"from {door} import *", namespace)
        assert set(importlib.import_module(door).__all__) <= set(namespace)


def test_a_door_whose_source_is_gone_says_so(package: Package, tmp_path: Path) -> None:
    package("shop_sourceless")
    (tmp_path / "shop_sourceless" / "__init__.py").unlink()
    with pytest.raises(ImportError, match="the source of shop_sourceless cannot be read"):
        open_door("shop_sourceless", {})


def test_a_door_whose_loader_knows_no_source_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = ModuleType("shop_frozen")
    frozen.__spec__ = ModuleSpec("shop_frozen", loader=BuiltinImporter())
    monkeypatch.setitem(sys.modules, "shop_frozen", frozen)
    with pytest.raises(ImportError, match="the source of shop_frozen cannot be read"):
        open_door("shop_frozen", {})


def test_a_door_opens_under_pytests_rewriting_loader(pytester: pytest.Pytester) -> None:
    write(pytester.path / "shop_rewritten", "shop_rewritten")
    pytester.makeconftest("import pytest\npytest.register_assert_rewrite('shop_rewritten')")
    pytester.makepyfile(
        """
        import shop_rewritten

        def test_it():
            assert type(shop_rewritten.__loader__).__name__ == "AssertionRewritingHook"
            assert shop_rewritten.count == 3
            assert "count" in dir(shop_rewritten)
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


WEB = {"quart", "quart_trio", "hypercorn", "werkzeug"}


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import actorlive", {*WEB, "trio", "msgspec", "actorlive.live.view"}),
        ("import actorlive.runtime", {*WEB, "msgspec", "markupsafe", "itsdangerous"}),
        ("import actorlive.pubsub", {*WEB, "coredis", "anyio", "markupsafe", "itsdangerous"}),
        ("import actorlive.template", {*WEB, "trio"}),
        ("import actorlive.wire", {*WEB, "trio"}),
        ("import actorlive.ui", {*WEB, "trio", "actorlive.ui.tables"}),
        ("from actorlive.ui import table", {*WEB, "trio", "actorlive.ui.menus", "pygments", "markdown_it"}),
        ("from actorlive import LiveView", WEB),
        ("import actorlive.testing", {*WEB, "selectolax", "trio_websocket", "actorlive.live.view"}),
        ("import actorlive.testing.pytest_plugin", {*WEB, "selectolax", "actorlive.live.view"}),
    ],
)
def test_an_import_brings_in_only_what_it_needs(statement: str, unwanted: set[str]) -> None:
    look = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert not unwanted & set(done.stdout.split())
