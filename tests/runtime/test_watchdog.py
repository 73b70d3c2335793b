"""Who holds the loop is named, with a stack that its own thread has read; who does not is left in peace."""

from __future__ import annotations

import hashlib
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Generator

import pytest
import trio

from actorlive.runtime import RuntimeMisuse, main_stack, open_node, send
from actorlive.runtime.main_stack import Question, Sample, answering, ask
from actorlive.runtime.node import Node
from actorlive.runtime.watchdog import NO_STACK, Watchdog
from tests.runtime.helpers import until_told
from tests.support.narrow import process_of

PATIENCE = 30.0
"""Seconds after which a hog gives up."""

Body = Callable[[], Awaitable[None]]


@pytest.fixture
def complaint() -> Generator[threading.Event]:
    """Set by the first line that the watchdog logs: who waits for it holds the loop until somebody complains."""
    logged = threading.Event()
    handler = logging.Handler()
    handler.emit = lambda record: logged.set()
    logger = logging.getLogger("actorlive.runtime")
    logger.addHandler(handler)
    yield logged
    logger.removeHandler(handler)


async def run(body: Body, limit: float = 0.05) -> None:
    """A node with this process, until that has ended."""
    ended = trio.Event()

    async def process() -> None:
        try:
            await body()
        finally:
            ended.set()

    async with open_node(slow_handler=limit) as node:
        node.spawn(process, name="the hog")
        await ended.wait()


# -- on a real loop ------------------------------------------------------------


@pytest.mark.real_clock
async def test_who_holds_the_loop_is_named_once_and_where_it_stands(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async def waits() -> None:
        complaint.wait(PATIENCE)

    await run(waits)
    assert "the hog has held the loop for" in caplog.text
    assert "in waits" in caplog.text
    assert caplog.text.count("has held") == 1


@pytest.mark.real_clock
async def test_a_blocking_call_is_asked_in_its_middle_and_goes_on(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    returned: list[bool] = []

    async def waits() -> None:
        returned.append(complaint.wait(PATIENCE))

    await run(waits)
    assert returned == [True], "it was told while the call lasted, which ended by what it waited for"
    assert "complaint.wait(PATIENCE)" in caplog.text


@pytest.mark.real_clock
async def test_a_call_out_of_python_is_told_when_it_comes_back(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async def computes() -> None:
        for _ in range(1000):
            if complaint.is_set():
                break
            hashlib.pbkdf2_hmac("sha256", b"", b"", 500_000)

    await run(computes, limit=0.01)
    assert "the hog has held the loop for" in caplog.text
    assert "pbkdf2_hmac" in caplog.text


@pytest.mark.real_clock
async def test_a_task_of_a_process_is_the_process(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async def child() -> None:
        complaint.wait(PATIENCE)

    async def parent() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(child)

    await run(parent)
    assert "the hog has held the loop for" in caplog.text


@pytest.mark.real_clock
async def test_a_stack_is_read_by_its_own_thread(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: set[int] = set()

    class Noted(Sample):
        def __init__(self, *args: object) -> None:
            readers.add(threading.get_ident())
            super().__init__(*args)  # pyright: ignore[reportArgumentType]

    def nobody_may() -> None:
        raise AssertionError("the frames of all threads were asked for")

    monkeypatch.setattr(main_stack, "Sample", Noted)
    monkeypatch.setattr(sys, "_current_frames", nobody_may)

    async def waits() -> None:
        complaint.wait(PATIENCE)

    await run(waits)
    assert "has held the loop" in caplog.text
    assert readers == {threading.main_thread().ident}


@pytest.mark.real_clock
def test_a_loop_in_another_thread_is_told_without_a_stack(
    complaint: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async def waits() -> None:
        complaint.wait(PATIENCE)

    thread = threading.Thread(target=trio.run, args=(run, waits))
    thread.start()
    thread.join(2 * PATIENCE)
    assert "the hog has held the loop for" in caplog.text
    assert NO_STACK.strip() in caplog.text


async def test_the_signal_is_the_applications_again_and_stays_its_own() -> None:
    def own(number: int, frame: object) -> None:
        raise AssertionError("it was asked")

    async with open_node(), open_node():
        assert signal.getsignal(signal.SIGURG) not in (signal.SIG_DFL, own)
    assert signal.getsignal(signal.SIGURG) is signal.SIG_DFL
    signal.signal(signal.SIGURG, own)
    try:
        with answering() as answers:
            assert not answers
            assert ask().wait(0) is None
        assert signal.getsignal(signal.SIGURG) is own
    finally:
        signal.signal(signal.SIGURG, signal.SIG_DFL)


# -- look by look --------------------------------------------------------------


class Led(Watchdog):
    """A watchdog whose questions a test answers, and whose loop it moves on."""

    def __init__(self, node: Node, limit: float) -> None:
        super().__init__(node, limit)
        self.questions: list[Question] = []
        self.warned: list[object] = []

    @classmethod
    def that_has_asked(cls, node: Node) -> Led:
        """One whose loop has been in one round for two looks."""
        watchdog = cls(node, 10.0)
        watchdog.look()
        watchdog.look()
        return watchdog

    def ask(self) -> Question:
        self.questions.append(Question())
        return self.questions[-1]

    def warn(self, sample: Sample) -> None:
        self.warned.append(sample.process)

    def answer(self, task: object, process: object, after: float) -> None:
        """The last question was asked `after` seconds ago, and is answered now."""
        question = self.questions[-1]
        question.asked -= after
        question.answer(Sample(task, process, None))  # pyright: ignore[reportArgumentType]
        self.look()

    def passes(self, seconds: float) -> None:
        """Everything was so much earlier."""
        self.since -= seconds
        self.questions[-1].answered -= seconds
        self.look()


async def test_a_loop_that_waits_or_goes_on_is_not_asked() -> None:
    async with open_node() as node:
        watchdog = Led(node, 10.0)
        for _ in range(5):
            watchdog.rounds.before_io_wait(0)
            watchdog.look()
            watchdog.look()
            watchdog.look()
            watchdog.rounds.after_io_wait(0)
            watchdog.look()
        assert watchdog.questions == []
        watchdog.look()
        assert len(watchdog.questions) == 1


async def test_one_task_is_suspected_at_a_time() -> None:
    async with open_node() as node:
        watchdog = Led.that_has_asked(node)
        tasks = [object() for _ in range(5)]
        for task in tasks:
            watchdog.answer(task, "somebody", 9.0)
            assert not watchdog.warned
            watchdog.passes(2.0)
        watchdog.answer(tasks[-1], "somebody", 0.0)
        assert watchdog.warned == ["somebody"]
        assert watchdog.pause() == 2
        watchdog.look()
        assert len(watchdog.warned) == 1


async def test_who_answers_too_late_has_held_the_loop() -> None:
    async with open_node() as node:
        watchdog = Led.that_has_asked(node)
        assert watchdog.pause() < 1, "an answer is due"
        watchdog.look()
        assert len(watchdog.questions) == 1
        watchdog.answer("task", "somebody", 10.0)
        assert watchdog.warned == ["somebody"]


async def test_an_answer_of_another_round_says_nothing() -> None:
    async with open_node() as node:
        watchdog = Led.that_has_asked(node)
        watchdog.rounds.count += 2
        watchdog.answer("task", "somebody", 10.0)
        assert not watchdog.warned


async def test_it_looks_again_as_soon_as_a_suspect_has_had_its_time() -> None:
    async with open_node() as node:
        watchdog = Led(node, 10.0)
        watchdog.look()
        assert watchdog.pause() == 2
        watchdog.look()
        watchdog.answer("task", "somebody", 0.0)
        assert 1.9 < watchdog.pause() <= 2
        watchdog.since -= 9
        assert 0 < watchdog.pause() < 1
        watchdog.since -= 9
        assert watchdog.pause() < 1
    with pytest.raises(RuntimeMisuse, match="slow_handler is in seconds and more than 0"):
        async with open_node(slow_handler=0):
            pytest.fail("should not open")


async def test_a_task_of_nobody_is_not_a_handler(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node() as node:
        watchdog = Watchdog(node, 10.0)
        watchdog.warn(Sample(None, None, None))
        assert not caplog.records
        pid = node.spawn(until_told)
        watchdog.warn(Sample(None, process_of(pid), None))
        assert f"process {pid}" in caplog.text
        send(pid, "stop")
