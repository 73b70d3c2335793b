"""The process that has everything imported but the application. Each worker is a fork of it, so that loading the
application is all that a change costs.

`main(SETTINGS, ORDERS, LISTENER)`: the settings as JSON, and the numbers of two inherited descriptors. Over ORDERS
comes one byte per worker that is wanted, with the descriptor of its control socket; `Begun` and `Ended` go back. Only a
process of a single thread can be forked without harm, so there is no Trio here: it waits in `select`. At the end of
ORDERS it waits for the workers that are left.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys

import msgspec

from actorlive.dev.control import Begun, Ended, Settings
from actorlive.dev.worker import work

__all__ = ["main"]


def main() -> None:
    """The process, and each of its forks."""
    words, orders, listener = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the supervisor decides
    gc.collect()
    gc.freeze()  # so that a fork shares with us what is there already
    control = wait_for_orders(socket.socket(fileno=int(orders)))
    if control is not None:
        work(msgspec.json.decode(words, type=Settings), control, socket.socket(fileno=int(listener)))


def wait_for_orders(orders: socket.socket) -> socket.socket | None:
    """Fork for each order. Returns the control socket in the fork, None in this process when there is nothing to do."""
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    before = signal.set_wakeup_fd(wake.fileno())
    signal.signal(signal.SIGCHLD, wakes_select)
    children: set[int] = set()
    is_open = True
    with selectors.DefaultSelector() as selector, orders, woken, wake:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while is_open or children:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                woken.recv(1024)
                reap(children, orders)
            if orders in ready:
                byte, descriptors, _, _ = socket.recv_fds(orders, 1, 1)
                if not byte:
                    is_open = False
                    selector.unregister(orders)
                    continue
                control = socket.socket(fileno=descriptors[0])
                pid = os.fork()
                if not pid:
                    signal.set_wakeup_fd(before)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    return control
                control.close()
                children.add(pid)
                tell(orders, Begun(pid))
    return None


def wakes_select(number: int, frame: object) -> None:
    """A signal with a handler writes into the descriptor that `select` waits for; there is nothing more to do."""


def reap(children: set[int], orders: socket.socket) -> None:
    """Tell of the workers that have ended."""
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            tell(orders, Ended(pid, os.waitstatus_to_exitcode(status)))


def tell(orders: socket.socket, message: Begun | Ended) -> None:
    """Say it, if the supervisor is there to hear it."""
    with contextlib.suppress(OSError):
        orders.sendall(msgspec.json.encode(message) + b"\n")
