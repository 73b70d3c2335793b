"""What must be true of a ledger when all is over: see `verdict`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.deploy.clients import Kind, Visitor

__all__ = ["report", "verdict"]


def verdict(visitors: Sequence[Visitor], ledger: Path, *, killed: bool = False) -> list[str]:
    """What is wrong; nothing, where all promises are kept:

    * what was acknowledged stands exactly once, each visitor's in its order, and everything else at most once: what a
      server was still at when it went may be done beside what its visitor has sent to the next;
    * what a server had received before it went down, however much waited there, stands there as well, unless servers
      were `killed`;
    * what a page with a line has ever asked for stands exactly once, but for what it calls uncertain; and nothing is
      uncertain where no server was killed and no websocket broke;
    * no page is loaded again: every socket ends with 1012, unless servers were `killed` or the websocket broke;
    * no visitor has seen a fault itself: kept values and forms are there after each return, the stream has no hole, and
      what a server took is answered before its last word.
    """
    written = read(ledger)
    return [fault for visitor in visitors for fault in _of(visitor, written[visitor.by], killed=killed)]


def read(ledger: Path) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for line in ledger.read_text().splitlines() if ledger.exists() else []:
        by, number = map(int, line.split())
        found[by].append(number)
    return found


def _of(visitor: Visitor, written: list[int], *, killed: bool) -> Iterable[str]:
    who = f"visitor {visitor.by}, {visitor.kind.value}"
    for fault in visitor.faults:
        yield f"{who}: {fault}"
    if missing := sorted(visitor.acknowledged - set(written)):
        yield f"{who}: acknowledged and not done: {missing}"
    if not killed and (missing := sorted(visitor.received - set(written))):
        yield f"{who}: received and not done: {missing}"
    if len(written) > len(set(written)):
        yield f"{who}: done twice: {sorted(number for number in set(written) if written.count(number) > 1)}"
    done = [number for number in written if number in visitor.acknowledged]
    if done != sorted(done):
        yield f"{who}: done in another order"
    if strange := set(written) - set(visitor.sent):
        yield f"{who}: done and never sent: {sorted(strange)}"
    if visitor.kind is not Kind.PLAIN and (
        missing := sorted(set(visitor.sent) - set(written) - visitor.uncertain)
    ):
        yield f"{who}: asked for and never done: {missing}"
    if visitor.kind is Kind.LINE and not killed and visitor.uncertain:
        yield f"{who}: left in the dark about {sorted(visitor.uncertain)}"
    allowed = {1012, 1006} if killed or visitor.kind is Kind.TRAVELS else {1012}
    if others := [code for code in visitor.ends if code not in allowed]:
        yield f"{who}: a socket ended with {others[0]}"


def report(visitors: Sequence[Visitor]) -> str:
    """How long visitors heard nothing, and what they did."""
    done = sum(len(visitor.acknowledged) for visitor in visitors)
    again = sum(visitor.again for visitor in visitors)
    uncertain = sum(len(visitor.uncertain) for visitor in visitors if visitor.kind is not Kind.PLAIN)
    refused = sum(visitor.refused for visitor in visitors)
    silences = [silence for visitor in visitors for silence in visitor.silences[1:]]
    cuts = [cut for visitor in visitors for cut in visitor.cuts]
    return (
        f"{done} done, {again} of them asked for again, {uncertain} uncertain, {refused} attempts refused;"
        f" {_spread('back on another server', silences)}; {_spread('resumed', cuts)}"
    )


def _spread(what: str, seconds: list[float]) -> str:
    if not seconds:
        return f"nobody {what}"
    ordered = sorted(seconds)
    p50, p99 = (ordered[int((len(ordered) - 1) * share)] for share in (0.5, 0.99))
    return (
        f"{len(ordered)} times {what}, silent for p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms,"
        f" at most {ordered[-1] * 1000:.0f} ms"
    )
