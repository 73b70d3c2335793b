"""The pytest plugin."""

from __future__ import annotations

import pytest

VIEW = """
    from actorlive import Event, LiveView, heex
    from actorlive.testing import live_isolated

    class Boom(Event): ...

    class ShakyLive(LiveView[Boom]):
        template = heex('<button phx-click="boom">Boom</button>')

        async def handle_event(self, event, socket):
            raise RuntimeError("it crashed")
"""


def run(pytester: pytest.Pytester, body: str, *args: str) -> pytest.RunResult:
    pytester.makepyfile(body)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error", *args)


def test_coroutine_tests_run_without_a_marker(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import trio

        async def test_it(virtual_clock, network):
            await trio.sleep(3600)
            assert virtual_clock.current_time() == trio.current_time()
            assert network.latency == 0
        """,
    )
    result.assert_outcomes(passed=1)


def test_a_lone_exception_loses_its_group(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import trio

        async def boom():
            raise LookupError("the real fault")

        async def test_it():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(boom)
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED *::test_it - LookupError: *"])


def test_a_test_that_leaves_a_task_fails_and_names_it(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        """
        import trio

        async def test_it():
            trio.lowlevel.spawn_system_task(trio.sleep_forever, name="the stray one")
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Leak: *the stray one"])


VIEW_FIXTURE = """
    import pytest
    import trio

    closed = []

    @pytest.fixture
    async def session():
        return {"user": "Ada"}

    @pytest.fixture
    async def view(session, tmp_path):
        assert session["user"] == "Ada"
        async with trio.open_nursery() as nursery, live_isolated(ShakyLive, session=session) as view:
            yield view
            nursery.cancel_scope.cancel()
        closed.append(tmp_path)
"""


def test_fixtures_may_be_async(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        VIEW
        + VIEW_FIXTURE
        + """
    @pytest.mark.parametrize("time", [1, 2])
    async def test_it(view, session, time):
        assert session == {"user": "Ada"}
        await view.advance(3600)
        assert await view.has_element("button")

    class TestMethods:
        @pytest.fixture(autouse=True)
        async def opened(self):
            self.kept = "yes"

        async def test_method(self, view):
            assert self.kept == "yes"
            assert await view.has_element("button")

    def test_all_were_closed():
        assert len(closed) == 3
        """,
    )
    result.assert_outcomes(passed=4)


def test_faults_with_an_async_fixture_are_plain(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        VIEW
        + VIEW_FIXTURE
        + """
    async def test_in_the_test(view):
        raise LookupError("mine")

    @pytest.fixture
    def button(view):
        return view.element("button")

    async def test_plain_on_async(button):
        pass

    @pytest.fixture
    async def faulty():
        raise KeyError("before the test")
        yield

    async def test_in_the_fixture(faulty):
        pass
        """,
    )
    result.assert_outcomes(failed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "the fixture 'button' takes the async fixture 'view', so it must be async itself: write `async def button`",
            "E       LookupError: mine",
            "E       KeyError: 'before the test'",
        ]
    )


def test_a_forgotten_await_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = default")
    pytester.makepyfile(
        VIEW
        + """
    async def test_it():
        async with live_isolated(ShakyLive) as view:
            assert view.has_element("#nowhere")
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*Failure: coroutine 'View.has_element' was never awaited (*test_a_forgotten*.py:*)"]
    )


def test_a_failure_shows_the_line_of_the_test_and_none_of_the_kit(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        VIEW
        + """
    async def test_not_there():
        async with live_isolated(ShakyLive) as view:
            await view.element("#nowhere").click()

    async def test_crash():
        async with live_isolated(ShakyLive) as view:
            await view.element("button").click()
        """,
    )
    result.assert_outcomes(failed=2)
    output = result.stdout.str()
    assert '>           await view.element("#nowhere").click()' in output
    assert '>       raise RuntimeError("it crashed")' in output
    assert "actorlive/testing/" not in output


def test_logs_of_a_crashed_view_show_in_the_failing_test_only(pytester: pytest.Pytester) -> None:
    result = run(
        pytester,
        VIEW
        + """
    import pytest

    async def test_expected():
        async with live_isolated(ShakyLive) as view:
            with pytest.raises(RuntimeError):
                await view.element("button").click()

    async def test_unexpected():
        async with live_isolated(ShakyLive) as view:
            await view.element("button").click()
        """,
    )
    result.assert_outcomes(passed=1, failed=1)
    output = result.stdout.str()
    assert "RuntimeError: it crashed" in output
    assert output.count("Captured log call") == 1
    assert output.index("test_unexpected") < output.index("Captured log call")


def test_tests_of_other_plugins_are_left_to_them(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import inspect
        import pytest
        import trio

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(pyfuncitem):
            if pyfuncitem.get_closest_marker("trio"):
                assert inspect.iscoroutinefunction(pyfuncitem.obj)
                trio.run(pyfuncitem.obj, clock=trio.testing.MockClock(autojump_threshold=0))
                return True

        def pytest_configure(config):
            config.addinivalue_line("markers", "trio: as pytest-trio marks")
        """
    )
    result = run(
        pytester,
        VIEW
        + """
    import pytest

    @pytest.mark.trio
    async def test_theirs():
        async with live_isolated(ShakyLive) as view:
            await view.advance(5)
            assert await view.has_element("button")
        """,
    )
    result.assert_outcomes(passed=1)


def test_the_schedule_has_a_seed(pytester: pytest.Pytester) -> None:
    body = """
        import trio

        async def test_order():
            seen = []

            async def note(name):
                await trio.lowlevel.checkpoint()
                seen.append(name)

            for _ in range(8):
                async with trio.open_nursery() as nursery:
                    for name in "ab":
                        nursery.start_soon(note, name)
            print("order", "".join(seen))
        """
    first = run(pytester, body, "-s", "--trio-seed=1")
    again = run(pytester, body, "-s", "--trio-seed=1")
    other = run(pytester, body, "-s", "--trio-seed=2")
    orders = [[line for line in result.outlines if "order" in line] for result in (first, again, other)]
    assert orders[0]
    assert orders[0] == orders[1] != orders[2]
