"""Servers: calls, casts, how they start and how they end."""

from __future__ import annotations

import contextlib
import gc
import weakref
from typing import Any

import pytest
import trio

from actorlive.runtime import (
    IGNORE,
    NO_REPLY,
    Caller,
    CallError,
    Continue,
    Down,
    ExitSignal,
    Pid,
    ProcessExit,
    RuntimeMisuse,
    Server,
    StartError,
    Stop,
    call,
    cast,
    dead_pid,
    exit,
    monitor,
    open_node,
    process_flag,
    processes,
    receive,
    reply,
    self,
    send,
    send_after,
    spawn,
    statistics,
    stop,
)
from tests.runtime.helpers import in_process
from tests.support.narrow import entity_of, present, untyped

own_pid = self


class Echo(Server):
    """Does what the messages say."""

    log: list[Any]

    async def init(self, *args: Any) -> object:
        self.log = args[0] if args else []
        self.waiting: Caller | None = None
        if len(args) > 1 and args[1] == "trap":
            process_flag(trap_exit=True)
        return args[2] if len(args) > 2 else None

    async def handle_call(self, request: object, caller: Caller) -> object:
        answer = ("echo", request)
        match request:
            case "later":
                self.waiting = caller
                return NO_REPLY
            case ("sleep", float() | int() as seconds):
                await trio.sleep(seconds)
            case "crash":
                raise ValueError("crash")
            case "twice":
                reply(caller, "early")
            case Stop() | Continue():
                return request
            case "who":
                return caller.pid
            case _:
                pass
        return answer

    async def handle_cast(self, request: object) -> object:
        if request == "answer" and self.waiting:
            reply(self.waiting, "answered")
            return None
        self.log.append(request)
        return request if isinstance(request, (Stop, Continue)) else None

    async def handle_info(self, message: object) -> object:
        self.log.append(message)
        return message if isinstance(message, Stop) else None

    async def handle_continue(self, argument: object) -> object:
        self.log.append(("continue", argument))
        assert isinstance(argument, int)
        return Continue(argument - 1) if argument else None

    async def terminate(self, reason: object) -> None:
        self.log.append(("terminate", reason))


async def test_call_cast_info() -> None:
    log: list[Any] = []
    async with open_node():
        pid = await Echo.start(log, name="echo")
        assert await call("echo", 1) == ("echo", 1)
        cast(pid, "cast")
        send(pid, "info")
        assert await call(pid, 2, None) == ("echo", 2)
        assert log == ["cast", "info"]
        assert await call(pid, "who") is None
        Server.cast("echo", "by name")
        assert await Server.call("echo", 3) == ("echo", 3)
        assert log[-1] == "by name"


async def test_a_deferred_reply_and_a_second_one() -> None:
    async def body() -> None:
        pid = await Echo.start_link()
        assert await call(pid, "who") is self()
        spawn(later, pid)
        assert await call(pid, "later") == "answered"
        assert await call(pid, "twice") == "early"
        assert await call(pid, "fine") == ("echo", "fine")
        assert not entity_of(self()).messages()

    async def later(pid: Pid) -> None:
        await trio.sleep(1)
        cast(pid, "answer")

    async with open_node() as node:
        await in_process(node, body)


async def test_a_call_that_times_out_leaves_nothing_behind() -> None:
    async def body() -> None:
        pid = await Echo.start_link()
        with pytest.raises(CallError, match=r"did not answer .* within 1 s") as caught:
            await call(pid, ("sleep", 3), timeout=1)
        assert caught.value.reason == "timeout"
        await trio.sleep(5)
        assert not entity_of(self()).messages()
        assert not statistics(pid).monitored_by

    async with open_node() as node:
        await in_process(node, body)
        assert node.statistics().ports == 0
        assert node.statistics().timers == 0


async def test_the_caller_sees_why_the_callee_died(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node():
        pid = await Echo.start()
        with pytest.raises(CallError) as caught:
            await call(pid, "crash")
        assert isinstance(caught.value.reason, ValueError)
        for nobody in (pid, dead_pid(), "nobody"):
            with pytest.raises(CallError) as caught:
                await call(nobody, 1)
            assert caught.value.reason == "noproc"
        with pytest.raises(RuntimeMisuse, match=r"call\(\) takes a Pid, not 3"):
            await call(untyped(3), 1)


async def test_calling_oneself_is_refused() -> None:
    class Narcissus(Server):
        async def handle_call(self, request: object, caller: Caller) -> object:
            return await call("me", request)

    async with open_node():
        await Narcissus.start(name="me")
        with pytest.raises(CallError) as caught:
            await call("me", 1)
        assert untyped(caught.value.reason).reason == "calling_self"


async def test_messages_sent_before_a_reply_are_there_when_call_returns() -> None:
    class Chatty(Server):
        async def handle_call(self, request: object, caller: Caller) -> object:
            send(present(caller.pid), "first")
            return "reply"

    async def body() -> None:
        pid = await Chatty.start_link()
        assert await call(pid, None) == "reply"
        assert await receive(timeout=0) == "first"

    async with open_node() as node:
        await in_process(node, body)


async def test_continue_runs_before_the_next_message() -> None:
    log: list[Any] = []
    async with open_node():
        pid = await Echo.start(log, None, Continue(1))
        send(pid, "info")
        assert await call(pid, Continue(0, reply="now")) == "now"
        await trio.sleep(1)
        assert log == [("continue", 1), ("continue", 0), "info", ("continue", 0)]


@pytest.mark.parametrize("how", ["call", "cast", "info", "stop"])
async def test_stopping(how: str) -> None:
    log: list[Any] = []

    async def body() -> object:
        pid = await Echo.start(log)
        monitor(pid)
        match how:
            case "call":
                assert await call(pid, Stop("done", reply="bye")) == "bye"
            case "cast":
                cast(pid, Stop("done"))
            case "info":
                send(pid, Stop("done"))
            case _:
                await stop(pid, "done")
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, body) == "done"
    assert log[-1] == ("terminate", "done")


async def test_stop_tells_when_it_went_otherwise() -> None:
    class Slow(Server):
        async def terminate(self, reason: object) -> None:
            await trio.sleep(2)
            exit("other")

    async with open_node():
        pid = await Slow.start()
        with pytest.raises(CallError) as caught:
            await stop(pid, timeout=1)
        assert caught.value.reason == "timeout"
        with pytest.raises(CallError) as caught:
            await stop(pid, timeout=5)
        assert caught.value.reason == "other"
        with pytest.raises(CallError) as caught:
            await stop(pid)
        assert caught.value.reason == "noproc"


async def test_terminate_runs_after_a_crash_and_may_replace_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[Any] = []

    class Replaces(Echo):
        async def terminate(self, reason: object):
            await super().terminate(reason)
            raise KeyError("replaced")

    async def body() -> object:
        pid = await Replaces.start(log)
        monitor(pid)
        cast(pid, Stop("x"))
        return (await receive(Down)).reason

    async with open_node() as node:
        assert isinstance(await in_process(node, body), KeyError)
        pid = await Echo.start(log)
        with pytest.raises(CallError):
            await call(pid, "crash")
    assert isinstance(log[-1][1], ValueError)


async def test_terminate_gets_the_error_itself_though_it_came_through_a_nursery(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[Any] = []

    class Parallel(Echo):
        async def handle_cast(self, request: object) -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.fail)

        async def fail(self) -> None:
            raise KeyError("inner")

    async with open_node():
        cast(await Parallel.start(log), None)
        await trio.sleep(1)
    [(_, reason)] = log
    assert isinstance(reason, KeyError)
    assert "Parallel crashed: KeyError: 'inner'" in caplog.text


@pytest.mark.parametrize("reason", ["normal", "shutdown", "odd"])
async def test_a_trapping_server_ends_with_its_parent(reason: object) -> None:
    log: list[Any] = []

    async def parent(tester: Pid) -> None:
        send(tester, await Echo.start_link(log, "trap"))
        await receive()
        exit(reason)

    async def body() -> object:
        pid = spawn(parent, self())
        monitor(await receive(Pid))
        send(pid, None)
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, body) == reason
    assert log == [("terminate", reason)]


async def test_exits_of_others_are_only_messages_for_a_trapping_server() -> None:
    log: list[Any] = []
    async with open_node() as node:
        pid = await Echo.start(log, "trap")

        async def other() -> None:
            exit(pid, "hello")

        sender = node.spawn(other)
        await trio.sleep(1)
        assert log == [ExitSignal(sender, "hello")]


async def test_init_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    class Fails(Server):
        async def init(self, *args: object) -> object:
            if args[0] == "raise":
                raise ValueError("no")
            return args[0]

    async def trapping(argument: object) -> tuple[object, object]:
        process_flag(trap_exit=True)
        with pytest.raises(StartError) as caught:
            await Fails.start_link(argument)
        signal = await receive(ExitSignal, timeout=1)
        return caught.value.reason, signal.reason

    async with open_node() as node:
        assert await in_process(node, lambda: trapping(Stop("why"))) == ("why", "why")
        error, signal = await in_process(node, lambda: trapping("raise"))
        assert isinstance(error, ValueError)
        assert error is signal
        with pytest.raises(StartError, match="nothing to do"):
            await Fails.start(IGNORE)

        async def ignored() -> object:
            process_flag(trap_exit=True)
            with pytest.raises(StartError) as caught:
                await Fails.start_link(IGNORE)
            return caught.value.reason, (await receive(ExitSignal)).reason

        assert await in_process(node, ignored) == ("ignore", "normal")

        async def careless() -> None:
            await Fails.start_link(Stop("both"))

        async def body() -> object:
            monitor(spawn(careless))
            return (await receive(Down)).reason

        assert await in_process(node, body) == "both"


async def test_a_start_that_takes_too_long_is_killed_and_leaves_no_exit() -> None:
    class Slow(Server):
        async def init(self, *args: Any) -> None:
            args[0].append(self)
            await trio.sleep(10)
            args[0].append("not reached")

    began: list[object] = []

    async def body() -> None:
        process_flag(trap_exit=True)
        with pytest.raises(StartError, match="within 1 s") as caught:
            await Slow.start_link(began, timeout=1)
        assert caught.value.reason == "timeout"
        assert processes() == [self()]
        await trio.sleep(20)
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, body)
        with pytest.raises(StartError, match="within 1 s"):
            await Slow.start(began, timeout=1)
        assert not node.processes
    assert len(began) == 2


@pytest.mark.parametrize("start", ["start", "start_link"])
async def test_a_start_that_is_cancelled_ends_the_server(start: str) -> None:
    ended: list[int] = []

    class Slow(Server):
        async def init(self, *args: object) -> None:
            process_flag(trap_exit=True)
            try:
                await trio.sleep_forever()
            finally:
                ended.append(1)

    async def body() -> None:
        with trio.move_on_after(1):
            await getattr(Slow, start)()
        await trio.sleep(1)
        assert ended
        assert processes() == [self()]
        assert not entity_of(self()).messages()
        assert not statistics(self()).links

    async with open_node() as node:
        await in_process(node, body)


async def test_a_cancelled_call_leaves_nothing_behind() -> None:
    async def body() -> None:
        pid = await Echo.start_link()
        with trio.move_on_after(1) as scope:
            await call(pid, ("sleep", 3))
        assert scope.cancelled_caught
        await trio.sleep(5)
        assert not entity_of(self()).messages()
        assert not statistics(pid).monitored_by
        assert await call(pid, "again") == ("echo", "again")

    async with open_node() as node:
        await in_process(node, body)
        assert (node.statistics().ports, node.statistics().timers) == (0, 0)


async def test_without_trapping_a_parents_normal_end_is_ignored() -> None:
    async def parent(tester: Pid) -> None:
        send(tester, await Echo.start_link())

    async def body() -> None:
        spawn(parent, self())
        pid = await receive(Pid)
        await trio.sleep(1)
        assert await call(pid, "still there") == ("echo", "still there")

    async with open_node() as node:
        await in_process(node, body)


async def test_a_parents_exit_signal_ends_a_trapping_server_though_the_parent_lives() -> None:
    log: list[Any] = []

    async def body() -> object:
        pid = await Echo.start_link(log, "trap")
        monitor(pid)
        exit(pid, "go")
        return (await receive(Down)).reason

    async def catching() -> object:
        process_flag(trap_exit=True)
        return await body()

    async with open_node() as node:
        assert await in_process(node, catching) == "go"
    assert log == [("terminate", "go")]


async def test_a_server_keeps_nothing_of_what_its_init_was_given() -> None:
    class Forgets(Server):
        async def init(self, *args: object) -> None:
            pass

    class Thing:
        pass

    async with open_node():
        thing = Thing()
        gone = weakref.ref(thing)
        pid = await Forgets.start(thing)
        del thing
        gc.collect()
        assert gone() is None
        assert statistics(pid).state == "waiting"


async def test_whatever_a_callback_raises_is_a_crash_after_terminate(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log: list[Any] = []

    class Leaves(Echo):
        async def handle_cast(self, request: object) -> object:
            assert isinstance(request, BaseException)
            raise request

    async with open_node():
        for error in (SystemExit(3), GeneratorExit(), KeyboardInterrupt(), ValueError()):
            pid = await Leaves.start(log)
            cast(pid, error)
            await trio.sleep(1)
            assert log.pop() == ("terminate", error)


async def test_who_is_killed_at_the_end_of_its_init_has_not_started() -> None:
    class Suicidal(Server):
        async def init(self, *args: object) -> None:
            with contextlib.suppress(ProcessExit):
                exit(own_pid(), "kill")

    async with open_node():
        with pytest.raises(StartError) as caught:
            await Suicidal.start()
        assert caught.value.reason == "killed"


async def test_callbacks_that_are_missing(caplog: pytest.LogCaptureFixture) -> None:
    async with open_node():
        for use in (cast, send):
            pid = await Server.start()
            use(pid, "x")
            await trio.sleep(1)
        assert "has no handle_cast" in caplog.text
        assert "unexpected message: 'x'" in caplog.text
        with pytest.raises(CallError) as caught:
            await call(pid, "x")
        assert "has no handle_call" in str(caught.value.reason)


async def test_statistics_say_what_a_server_is_doing() -> None:
    async with open_node() as node:
        pid = await Echo.start()
        node.spawn(call, pid, ("sleep", 5))
        await trio.sleep(1)
        figures = statistics(pid)
        assert untyped(figures.doing).request == ("sleep", 5)
        assert "Echo.handle_call" in figures.current_function
        await trio.sleep(5)
        assert statistics(pid).doing is None


async def test_timers_reach_a_server() -> None:
    log: list[Any] = []
    async with open_node():
        send_after(await Echo.start(log), "tick", 1)
        await trio.sleep(2)
    assert log == ["tick"]
