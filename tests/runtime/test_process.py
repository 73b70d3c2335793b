"""Processes: spawning, ending, and what Trio does inside of them."""

from __future__ import annotations

import copy
import dataclasses
import gc
import logging
import pickle
import threading
import weakref
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
import trio

from actorlive.runtime import (
    Down,
    ExitSignal,
    NameTaken,
    Node,
    NoProcess,
    NotAProcess,
    Pid,
    ProcessExit,
    ReceiveTimeout,
    Ref,
    RuntimeMisuse,
    Shutdown,
    alias,
    alive,
    cancel_timer,
    dead_pid,
    demonitor,
    exit,
    link,
    make_ref,
    monitor,
    open_node,
    open_port,
    process_flag,
    receive,
    register,
    registered,
    self,
    send,
    send_after,
    spawn,
    spawn_link,
    spawn_monitor,
    statistics,
    unalias,
    unlink,
    unregister,
    whereis,
)
from actorlive.runtime.pid import AliasMode
from tests.runtime.helpers import in_process, until_told
from tests.support.narrow import entity_of, pid_of, process_of, untyped


async def reason_of(body: Callable[[], Awaitable[object]]) -> object:
    """The reason with which a process running `body` ends."""

    async def watch() -> object:
        spawn_monitor(body)
        return (await receive(Down)).reason

    async with open_node() as node:
        return await in_process(node, watch)


async def test_a_function_that_returns_ends_normally() -> None:
    assert await reason_of(trio.lowlevel.checkpoint) == "normal"


async def test_a_crash_is_the_exception_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def crash() -> None:
        raise ValueError("boom")

    reason = await reason_of(crash)
    assert isinstance(reason, ValueError)
    [record] = caplog.records
    assert record.name == "actorlive.runtime"
    assert "crashed: ValueError: boom" in record.getMessage()
    assert record.exc_info


@pytest.mark.parametrize("reason", ["normal", "shutdown", Shutdown("why")])
async def test_graceful_exits_are_not_logged(reason: object, caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> None:
        exit(reason)

    assert await reason_of(leave) == reason
    assert not caplog.records


async def test_an_exit_with_another_reason_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> None:
        exit(("no", "way"))

    assert await reason_of(leave) == ("no", "way")
    assert [(r.levelno, r.exc_info) for r in caplog.records] == [(logging.ERROR, None)]


async def test_exit_passes_except_exception() -> None:
    async def leave() -> None:
        try:
            exit("shutdown")
        except Exception:
            pytest.fail("exit() is no error")

    assert await reason_of(leave) == "shutdown"


async def test_a_nursery_with_one_error_gives_that_error(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise KeyError("k")

    async def body() -> None:
        async with trio.open_nursery() as outer, trio.open_nursery() as inner:
            outer.start_soon(trio.sleep_forever)
            inner.start_soon(fail)

    assert isinstance(await reason_of(body), KeyError)


async def test_exit_inside_a_nursery_gives_its_reason() -> None:
    async def leave() -> None:
        exit("shutdown")

    async def body() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave)
            await trio.sleep_forever()

    assert await reason_of(body) == "shutdown"


async def test_exits_of_several_tasks_give_the_first_reason(caplog: pytest.LogCaptureFixture) -> None:
    async def leave(reason: object) -> None:
        exit(reason)

    async def body() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(leave, "shutdown")
            nursery.start_soon(leave, "shutdown")

    assert await reason_of(body) == "shutdown"
    assert not caplog.records


async def test_what_cannot_run_is_refused_with_a_word(caplog: pytest.LogCaptureFixture) -> None:
    def plain() -> str:
        return "value"

    reason = await reason_of(untyped(plain))
    assert isinstance(reason, RuntimeMisuse)
    assert str(reason).endswith("plain returned 'value', which cannot be awaited")
    async with open_node() as node:
        coroutine = until_told()
        with pytest.raises(RuntimeMisuse, match=r"spawn\(fn, argument\), not <coroutine"):
            node.spawn(untyped(coroutine))
        coroutine.close()


async def test_a_partial_is_called_by_the_name_of_its_function() -> None:
    async with open_node() as node:
        pid = node.spawn(partial(until_told, "argument"))
        await trio.sleep(1)
        assert statistics(pid).function == "until_told"


async def test_a_copy_of_a_pid_or_a_ref_is_the_same_one() -> None:
    async with open_node() as node:
        pid, ref = node.spawn(until_told), make_ref()
        timer = send_after(pid, "x", 100)
        for thing in (pid, ref, timer):
            assert copy.copy(thing) is thing
            assert copy.deepcopy({"in": [thing]})["in"][0] is thing
            with pytest.raises(TypeError, match="its own node only"):
                pickle.dumps(thing)
        down = Down(ref, pid, "x")
        assert dataclasses.asdict(down) == {"ref": ref, "process": pid, "reason": "x"}


async def test_an_exit_signal_cancels_what_is_awaited_and_runs_finally() -> None:
    seen: list[str] = []

    async def body() -> None:
        try:
            await trio.sleep_forever()
        finally:
            seen.append("cleaned")

    async def parent() -> object:
        pid, _ = spawn_monitor(body)
        await trio.sleep(1)
        exit(pid, "stop it")
        seen.append(str(alive(pid)))
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "stop it"
    assert seen == ["False", "cleaned"]


async def test_down_comes_after_the_clean_up_and_its_messages() -> None:
    async def body(parent: Pid) -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(3)
            send(parent, "last words")

    async def parent() -> tuple[object, object, Pid, Ref]:
        pid, ref = spawn_monitor(body, self())
        await trio.sleep(1)
        exit(pid, "kill")
        return await receive(), await receive(), pid, ref

    async with open_node() as node:
        words, down, pid, ref = await in_process(node, parent)
    assert (words, down) == ("last words", Down(ref, pid, "killed"))


async def test_a_clean_up_that_fails_keeps_the_reason_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        try:
            await trio.sleep_forever()
        finally:
            raise ValueError("in clean-up")

    async def parent() -> object:
        pid, _ = spawn_monitor(body)
        await trio.sleep(1)
        exit(pid, "go")
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "go"
    assert "while it was ending" in caplog.text


async def test_running_code_meets_its_end_at_the_next_receive() -> None:
    seen: list[object] = []

    async def body() -> None:
        send(self(), "one")
        send(self(), "two")
        seen.append(await receive())
        send(pid_of("killer"), self())
        await trio.sleep(1)
        seen.append(await receive())

    async def killer() -> None:
        victim = await receive(Pid)
        exit(victim, "kill")

    async with open_node() as node:
        node.spawn(killer, name="killer")
        node.spawn(body)
        await trio.sleep(5)
    assert seen == ["one"]


async def test_killed_in_the_middle_of_its_own_code_it_ends_at_the_next_receive() -> None:
    seen: list[object] = []

    async def body() -> None:
        me = self()
        killer = open_port(lambda _: entity_of(me).doom("by a callback"))
        send(me, "one")
        send(me, "two")
        seen.append(await receive())
        send(killer.pid, None)
        seen.append(alive(me))
        seen.append(await receive())

    assert await reason_of(body) == "by a callback"
    assert seen == ["one", False]


async def test_a_process_killed_before_it_began_never_runs() -> None:
    ran: list[int] = []

    async def body() -> None:
        ran.append(1)

    async def parent() -> object:
        pid, _ = spawn_monitor(body)
        exit(pid, "kill")
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "killed"
    assert not ran


async def test_noproc_link_raises_or_arrives_as_a_signal() -> None:
    async def parent() -> None:
        dead = dead_pid()
        with pytest.raises(NoProcess, match="trap_exit"):
            link(dead)
        process_flag(trap_exit=True)
        link(dead)
        assert await receive() == ExitSignal(dead, "noproc")

    async with open_node() as node:
        await in_process(node, parent)


async def test_exit_self_normal_kills_but_not_from_another() -> None:
    async def suicide() -> None:
        exit(self(), "normal")
        pytest.fail("still alive")

    assert await reason_of(suicide) == "normal"

    async def other() -> bool:
        pid = spawn(until_told)
        exit(pid, "normal")
        await trio.sleep(1)
        return alive(pid)

    async with open_node() as node:
        assert await in_process(node, other) is True


async def test_exit_self_normal_is_a_message_when_trapping() -> None:
    async def body() -> None:
        process_flag(trap_exit=True)
        exit(self(), "normal")
        exit((await receive(ExitSignal)).reason)

    assert await reason_of(body) == "normal"


async def test_kill_by_the_process_itself_travels_as_kill_and_can_be_trapped() -> None:
    async def suicide() -> None:
        exit("kill")

    async def partner() -> object:
        process_flag(trap_exit=True)
        spawn_link(suicide)
        return (await receive(ExitSignal)).reason

    async def untrapped() -> object:
        async def middle() -> None:
            spawn_link(suicide)
            await trio.sleep_forever()

        spawn_monitor(middle)
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, partner) == "kill"
        assert await in_process(node, untrapped) == "kill"


async def test_kill_by_exit_cannot_be_trapped_and_partners_see_killed() -> None:
    async def stubborn() -> None:
        process_flag(trap_exit=True)
        while True:
            await receive()

    async def parent() -> object:
        process_flag(trap_exit=True)
        pid = spawn_link(stubborn)
        await trio.sleep(1)
        exit(pid, "kill")
        return (await receive(ExitSignal)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "killed"


async def test_demonitor_of_anothers_ref_does_nothing() -> None:
    async def other(ref: Ref, to: Pid) -> None:
        send(to, demonitor(ref))

    async def parent() -> list[object]:
        pid, ref = spawn_monitor(until_told)
        spawn(other, ref, self())
        first = await receive()
        send(pid, "end")
        return [first, (await receive(Down)).reason]

    async with open_node() as node:
        assert await in_process(node, parent) == [True, "normal"]


async def test_demonitor_info_and_flush() -> None:
    async def parent() -> None:
        pid = dead_pid()
        ref = monitor(pid)
        assert demonitor(ref, info=True) is False
        assert await receive(timeout=0) == Down(ref, pid, "noproc")
        ref = monitor(pid)
        assert demonitor(ref, flush=True, info=True) is False
        assert demonitor(ref, flush=True, info=True) is False  # nothing to flush, and no monitor either
        living = spawn(until_told)
        assert demonitor(monitor(living), flush=True, info=True) is True
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, parent)


async def test_a_monitor_by_name_names_the_name_and_follows_the_process() -> None:
    async def parent() -> object:
        pid = spawn(until_told, name="old")
        ref = monitor("old")
        unregister("old")
        register("new", pid)
        send("new", "end")
        assert await receive() == Down(ref, "old", "normal")
        absent = monitor("nobody")
        return await receive() == Down(absent, "nobody", "noproc")

    async with open_node() as node:
        assert await in_process(node, parent) is True


async def test_monitoring_the_doomed_says_noproc_but_not_before_its_end() -> None:
    async def slow() -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(2)

    async def parent() -> list[object]:
        pid = spawn(slow)
        await trio.sleep(1)
        exit(pid, "kill")
        monitor(pid)
        start = trio.current_time()
        return [(await receive(Down)).reason, trio.current_time() - start]

    async with open_node() as node:
        assert await in_process(node, parent) == ["noproc", 2]


async def test_aliases() -> None:
    async def parent() -> None:
        plain, once = alias(), alias("reply")
        for ref in (plain, once, plain, once):
            send(ref, ref)
        assert [await receive(timeout=0) for _ in range(3)] == [plain, once, plain]
        assert unalias(plain) is True
        assert unalias(plain) is False
        send(plain, "gone")
        send(make_ref(), "never was")
        assert not entity_of(self()).queue

    async with open_node() as node:
        await in_process(node, parent)


@pytest.mark.parametrize(
    ("mode", "after_down", "down_after_reply"),
    [("explicit_unalias", True, True), ("demonitor", False, True), ("reply_demonitor", False, False)],
)
async def test_aliases_of_monitors(mode: AliasMode, after_down: bool, down_after_reply: bool) -> None:
    async def parent() -> None:
        pid = spawn(until_told)
        ref = monitor(pid, alias=mode)
        send(pid, "end")
        await receive(Down)
        send(ref, "late")
        assert bool(entity_of(self()).queue) is after_down
        entity_of(self()).queue = None
        pid = spawn(until_told)
        ref = monitor(pid, alias=mode)
        send(ref, "reply")
        assert await receive() == "reply"
        send(pid, "end")
        await trio.sleep(1)
        assert bool(entity_of(self()).queue) is down_after_reply

    async with open_node() as node:
        await in_process(node, parent)


@pytest.mark.parametrize("mode", [None, "explicit_unalias", "demonitor", "reply_demonitor"])
async def test_a_monitor_of_oneself_is_neither_monitor_nor_alias(mode: AliasMode | None) -> None:
    async def body() -> None:
        for ref in (monitor(self(), alias=mode), monitor("me", alias=mode)):
            send(ref, "lost")
            assert demonitor(ref, info=True) is False
            assert unalias(ref) is False
        assert not entity_of(self()).queue

    async def named() -> None:
        register("me", self())
        await body()

    async with open_node() as node:
        await in_process(node, named)


async def test_a_process_keeps_nothing_of_what_it_was_given_and_let_go_of() -> None:
    class Thing:
        pass

    async def careless(thing: Thing | None) -> None:
        del thing
        await receive()

    async def forget(things: list[Thing]) -> None:
        things.clear()
        await receive()

    async with open_node() as node:
        thing = Thing()
        gone = weakref.ref(thing)
        node.spawn(careless, thing)
        node.spawn(partial(forget, [thing]))
        del thing
        await trio.sleep(1)
        gc.collect()
        assert gone() is None


async def test_unlink_stops_exits() -> None:
    async def parent() -> object:
        pid = spawn_link(until_told)
        unlink(pid)
        send(pid, lambda: exit("shutdown"))
        await trio.sleep(1)
        return "alive"

    async with open_node() as node:
        assert await in_process(node, parent) == "alive"


async def test_names() -> None:
    async def parent() -> None:
        pid = spawn(until_told, name="a")
        with pytest.raises(NameTaken, match="'a' belongs to"):
            spawn(until_told, name="a")
        with pytest.raises(RuntimeMisuse, match="has the name 'a' already"):
            register("b", pid)
        with pytest.raises(NoProcess):
            register("c", dead_pid())
        assert (whereis("a"), registered()) == (pid, ["a"])
        exit(pid, "kill")
        assert whereis("a") is None
        again = spawn(until_told, name="a")
        await trio.sleep(1)
        assert whereis("a") is again
        assert unregister("a") is True
        assert unregister("a") is False

    async with open_node() as node:
        await in_process(node, parent)


async def test_an_owner_takes_its_processes_along_whatever_they_trap() -> None:
    async def stubborn(to: Pid) -> None:
        process_flag(trap_exit=True)
        try:
            while True:
                await receive()
        finally:
            send(to, "end")

    async def parent() -> object:
        owner = spawn(until_told)
        owned = spawn(stubborn, self(), owner=owner)
        monitor(owned)
        await trio.sleep(1)
        send(owner, "end")
        assert await receive() == "end"
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "normal"


async def test_a_link_with_a_process_that_never_begins_tells_why() -> None:
    async def parent() -> object:
        process_flag(trap_exit=True)
        pid = spawn_link(until_told, owner=dead_pid())
        return await receive() == ExitSignal(pid, "noproc")

    async with open_node() as node:
        assert await in_process(node, parent) is True


async def test_what_is_refused_is_not_half_spawned() -> None:
    async with open_node() as node:
        for use, words in [
            (lambda: node.spawn(until_told, owner=untyped("name")), "takes a Pid, not 'name'"),
            (lambda: node.spawn(until_told, name=untyped(3)), "a name is a string, not 3"),
        ]:
            with pytest.raises(RuntimeMisuse, match=words):
                use()
        assert node.statistics().processes == node.statistics().names == 0


async def test_nothing_flows_back_to_an_owner_and_a_dead_owner_is_noproc() -> None:
    async def parent() -> object:
        owner = spawn(until_told)
        owned = spawn(until_told, owner=owner)
        exit(owned, "kill")
        await trio.sleep(1)
        assert alive(owner)
        assert not entity_of(owner).owned
        spawn_monitor(until_told, owner=dead_pid())
        return (await receive(Down)).reason

    async with open_node() as node:
        assert await in_process(node, parent) == "noproc"


async def test_a_pid_keeps_nothing_of_the_dead_alive() -> None:
    class State:
        pass

    async def body() -> None:
        state = State()
        references.append(weakref.ref(state))
        await receive()

    references: list[weakref.ref[Any]] = []
    async with open_node() as node:
        pid = node.spawn(body)
        await trio.sleep(1)
        references.append(weakref.ref(process_of(pid).scope))
        exit(pid, "kill")
        await trio.sleep(1)
        gc.collect()
        assert [reference() for reference in references] == [None, None]
        assert hash(pid)


async def test_context_variables_come_from_the_node_or_the_parent() -> None:
    from contextvars import ContextVar

    variable: ContextVar[str] = ContextVar("variable", default="unset")
    seen: list[str] = []

    async def note() -> None:
        seen.append(variable.get())

    async def parent() -> None:
        variable.set("parent")
        spawn(note)
        spawn_link(note)

    async with open_node() as node:
        variable.set("body")
        spawn(note)
        node.spawn(parent)
        await trio.sleep(1)
    assert sorted(seen) == ["parent", "parent", "unset"]


async def test_outside_of_processes() -> None:
    async with open_node():
        for use in (self, lambda: link(dead_pid()), lambda: monitor("x")):
            with pytest.raises(NotAProcess, match="spawn"):
                use()
        with pytest.raises(NotAProcess):
            await receive()
        with pytest.raises(ProcessExit):
            exit("reason")
        with pytest.raises(RuntimeMisuse, match="wants a Pid"):
            exit(untyped("reason"), "second")
        with pytest.raises(TypeError, match="got 3 arguments"):
            untyped(exit)(dead_pid(), "reason", "third")


async def test_wrong_arguments_are_named() -> None:
    async def body() -> None:
        for use, words in [
            (lambda: link(untyped("name")), r"link\(\) takes a Pid, not 'name'"),
            (lambda: monitor(untyped(3)), r"monitor\(\) takes a Pid, not 3"),
            (lambda: alias(untyped("once")), "'explicit_unalias', 'reply', not 'once'"),
            (lambda: monitor(self(), alias=untyped("reply")), "'reply_demonitor', not 'reply'"),
            (lambda: send_after(untyped(3), "x", 1), "a Pid or a name, not to 3"),
        ]:
            with pytest.raises(RuntimeMisuse, match=words):
                use()

    async with open_node() as node:
        await in_process(node, body)


@pytest.mark.real_clock
async def test_from_another_thread_send_works_in_order_and_the_rest_is_refused() -> None:
    async def body() -> None:
        me = self()

        def work() -> None:
            assert self() is me
            for number in range(100):
                send(me, number)
            send("named", "by name")
            for use in (
                lambda: spawn(until_told),
                lambda: link(other),
                lambda: unlink(other),
                lambda: monitor(other),
                lambda: demonitor(ref),
                lambda: exit(other, "x"),
                lambda: process_flag(trap_exit=True),
                lambda: register("other", other),
                lambda: unregister("named"),
                lambda: send_after(me, "x", 1),
                lambda: cancel_timer(timer),
            ):
                with pytest.raises(RuntimeMisuse, match="from_thread"):
                    use()

        register("named", me)
        other, ref = spawn_monitor(until_told)
        timer = send_after(me, "x", 100)
        await trio.to_thread.run_sync(work)
        assert [await receive() for _ in range(101)] == [*range(100), "by name"]

    async with open_node() as node:
        await in_process(node, body)


@pytest.mark.real_clock
async def test_sending_after_the_end_of_everything_is_silent() -> None:
    kept: list[tuple[Node, Pid]] = []

    def run() -> None:
        async def main() -> None:
            async with open_node() as node:
                kept.append((node, node.spawn(until_told)))
                await trio.lowlevel.checkpoint()

        trio.run(main)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    [(node, pid)] = kept
    send(pid, "x")
    node.send_threadsafe(pid, "x")
    send("nobody", "x")


async def test_a_process_that_is_asked_answers_once_under_its_label() -> None:
    labels: list[str] = []

    async def body() -> tuple[object, bool]:
        ref_of_child: list[Ref] = []

        async def answer(number: int) -> None:
            labels.append(statistics(self()).function)
            send(ref_of_child[0], number)
            send(ref_of_child[0], "once more")

        pid, ref = spawn_monitor(answer, 7, owner=self(), alias="reply_demonitor", label="the answer")
        ref_of_child.append(ref)
        first = await receive()
        while alive(pid):
            await trio.lowlevel.checkpoint()
        with pytest.raises(ReceiveTimeout):
            await receive(timeout=0)
        return first, demonitor(ref, info=True)

    async with open_node() as node:
        assert await in_process(node, body) == (7, False)
    assert labels == ["the answer"]


@pytest.mark.parametrize("owner_lives", [True, False])
async def test_a_process_that_is_asked_and_has_no_answer_is_down(
    owner_lives: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ValueError("no answer")

    async def body() -> object:
        owner = spawn(trio.sleep_forever)
        if not owner_lives:
            exit(owner, "kill")
        _, ref = spawn_monitor(fail, owner=owner, alias="reply_demonitor", label="fails")
        down = await receive(Down)
        assert down.ref is ref
        exit(owner, "kill")
        return down.reason

    async with open_node() as node:
        reason = await in_process(node, body)
    assert isinstance(reason, ValueError) if owner_lives else reason == "noproc"
