"""The program that servers are forked from, so that one more costs no import: for each line of its input, which has
faults, a ledger and the arguments of `serve` as JSON, it forks a server, and writes `began PID`; `ended PID CODE`
follows. At the end of its input all of them are killed."""

from __future__ import annotations

import json
import os
import signal
import sys

from actorlive.web import serve
from tests.deploy.served import app, be

ENDS = (signal.SIGTERM, signal.SIGINT)
"""What ends a whole group of processes: this one ends behind its input, or its servers would be left behind."""

children: set[int] = set()


def main() -> None:
    signal.signal(signal.SIGCHLD, bury)
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
    for line in sys.stdin:
        with_signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)  # so that one signal can kill it with its workers
            for number in (signal.SIGCHLD, *ENDS):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, with_signals)
            faults, ledger, arguments = json.loads(line)
            be(faults, ledger)
            serve(app, **arguments)
            return
        children.add(pid)
        say(f"began {pid}")
        signal.pthread_sigmask(signal.SIG_SETMASK, with_signals)
    for pid in children:
        os.killpg(pid, signal.SIGKILL)


def bury(number: int, frame: object) -> None:
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.discard(pid)
            say(f"ended {pid} {os.waitstatus_to_exitcode(status)}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
