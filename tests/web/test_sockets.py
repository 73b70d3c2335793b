from __future__ import annotations

import trio
import trio.testing

from actorlive.runtime import open_node, receive
from actorlive.web.allowance import Allowance
from actorlive.web.client_socket import ClientSocket
from actorlive.web.limits import Limits
from actorlive.web.sockets import Sockets, all_down


def client_socket(max_queue: int, live_socket_id: str | None) -> ClientSocket:
    """A socket whose client may leave so much unread."""
    limits = Limits(max_queue=max_queue, max_unsent=max_queue // 2)
    return ClientSocket(limits, live_socket_id, Allowance(limits, "peer"))


async def test_frames_leave_in_order_and_the_end_comes_behind_them() -> None:
    socket = client_socket(100, None)
    for frame in (b"a", b"b"):
        socket.send(frame)
    socket.close(1012)
    socket.send(b"too late")
    assert [await socket.next_frame() for _ in range(3)] == [b"a", b"b", None]
    assert socket.close_code == 1012


async def test_a_writer_waits_for_the_next_frame() -> None:
    socket = client_socket(100, None)
    taken: list[bytes | None] = []

    async def writer() -> None:
        while (frame := await socket.next_frame()) is not None:
            taken.append(frame)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer)
        for frame in (b"a", b"b"):
            await trio.testing.wait_all_tasks_blocked()
            socket.send(frame)
        await trio.testing.wait_all_tasks_blocked()
        assert taken == [b"a", b"b"]
        socket.close(None)


async def test_a_client_that_does_not_keep_up_is_closed_and_its_queue_let_go() -> None:
    socket = client_socket(10, None)
    socket.send(b"12345678")
    assert not socket.closing
    socket.send(b"123")
    assert socket.closing
    assert socket.close_code == 1013
    assert await socket.next_frame() is None


async def test_what_was_sent_no_longer_counts() -> None:
    socket = client_socket(10, None)
    for _ in range(5):
        socket.send(b"12345678")
        assert await socket.next_frame() == b"12345678"
    assert not socket.closing


async def test_the_first_reason_to_close_holds() -> None:
    socket = client_socket(10, None)
    socket.close(1011)
    socket.close(1012)
    assert socket.close_code == 1011


async def test_disconnect_by_id() -> None:
    sockets = Sockets()
    ada, bob, nobody = client_socket(10, "ada"), client_socket(10, "bob"), client_socket(10, None)
    for socket in (ada, bob, nobody):
        sockets.add(socket)
    assert sockets.disconnect("ada") == 1
    assert [socket.close_code for socket in (ada, bob, nobody)] == [1001, None, None]


async def test_waiting_for_processes_to_end() -> None:
    async def worker() -> None:
        await receive()

    async with open_node() as node:
        dead, living = node.spawn(worker), node.spawn(worker)
        node.deliver(dead, "end")
        await trio.testing.wait_all_tasks_blocked()
        with trio.move_on_after(1) as waiting:
            await all_down(node, [dead, living])
        assert waiting.cancelled_caught
        node.deliver(living, "end")
        await all_down(node, [dead, living])
        await all_down(node, [])
