"""The project's own way to run coroutine tests."""

from __future__ import annotations

import time
from pathlib import Path

import hypothesis.strategies as st
import pytest
import trio
from hypothesis import given


async def test_a_long_sleep_takes_no_time() -> None:
    began, wall = trio.current_time(), time.monotonic()
    await trio.sleep(100 * 24 * 3600)
    assert trio.current_time() - began >= 100 * 24 * 3600
    assert time.monotonic() - wall < 3600


@pytest.mark.real_clock
async def test_the_real_clock_runs_where_it_is_asked_for() -> None:
    assert not isinstance(trio.lowlevel.current_clock(), trio.testing.MockClock)


async def test_fixtures_and_parameters_reach_a_coroutine_test(tmp_path: object) -> None:
    assert tmp_path


@given(st.integers())
async def test_hypothesis_drives_a_coroutine_test(number: int) -> None:
    await trio.lowlevel.checkpoint()
    assert isinstance(number, int)


def run_inner(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    pytester.makeconftest(conftest_source())
    pytester.makepyfile(body)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)


def conftest_source() -> str:
    return Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")


def test_an_async_hypothesis_failure_is_seen(pytester: pytest.Pytester) -> None:
    result = run_inner(
        pytester,
        """
        import hypothesis.strategies as st
        from hypothesis import given

        @given(st.integers())
        async def test_it(n):
            assert n < 100
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Failing test case: test_it(*"])


def test_the_longest_files_begin_and_the_others_keep_their_order(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(conftest_source())
    for folder in ("a", "browser", "ordering", "web"):
        path = pytester.mkdir(folder) / f"test_{folder}.py"
        path.write_text("def test_two(): ...\ndef test_one(): ...\n", encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--collect-only", "-q")
    ordered = [line for line in result.outlines if "::" in line]
    assert ordered[:2] == ["browser/test_browser.py::test_two", "browser/test_browser.py::test_one"]
    assert [line.partition("/")[0] for line in ordered[2::2]] == ["ordering", "a", "web"]


def test_soak_tests_wait_to_be_asked(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers = soak: slow")
    result = run_inner(
        pytester,
        """
        import pytest

        @pytest.mark.soak
        def test_slow(): ...

        def test_quick(): ...
        """,
    )
    result.assert_outcomes(passed=1, deselected=1)


def test_files_that_others_leave_are_not_counted(pytester: pytest.Pytester) -> None:
    """Each run has a folder for temporary files alone, which goes with it."""
    result = run_inner(
        pytester,
        """
        import os, tempfile
        from pathlib import Path

        def test_alone(tmp_path):
            own = Path(tempfile.gettempdir())
            assert list(own.iterdir()) == []
            assert own.name.startswith("al-")
            assert os.environ["TMPDIR"] == str(own)
            assert not tmp_path.is_relative_to(own)
            print("own:", own)
        """,
        "-s",
    )
    result.assert_outcomes(passed=1)
    [own] = [line.partition("own: ")[2] for line in result.outlines if "own: " in line]
    assert not Path(own.strip(".")).exists()
