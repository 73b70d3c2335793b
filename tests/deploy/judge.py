"""What must be true of a ledger when all is over: see `verdict`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.deploy.clients import Visitor

__all__ = ["report", "verdict"]


def verdict(visitors: Sequence[Visitor], ledger: Path, *, killed: bool = False) -> list[str]:
    """What is wrong; nothing, where all promises are kept:

    * what was acknowledged stands exactly once, each visitor's in its order, and everything else at most once: what a
      server was still at when it went may be done beside what its visitor has sent to the next;
    * what a server had received before it went down, however much waited there, stands there as well, unless servers
      were `killed`;
    * no page is loaded again: every socket ends with 1012, unless servers were `killed`.
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
    who = f"visitor {visitor.by}"
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
    allowed = {1012, 1006} if killed else {1012}
    if others := [code for code in visitor.ends if code not in allowed]:
        yield f"{who}: a socket ended with {others[0]}"


def report(visitors: Sequence[Visitor]) -> str:
    """How long visitors heard nothing, and what they did."""
    silences = sorted(silence for visitor in visitors for silence in visitor.silences[1:])
    done = sum(len(visitor.acknowledged) for visitor in visitors)
    refused = sum(visitor.refused for visitor in visitors)
    if not silences:
        return f"{done} done"
    p50, p99 = (silences[int((len(silences) - 1) * share)] for share in (0.5, 0.99))
    return (
        f"{done} done, {len(silences)} times back, {refused} attempts refused;"
        f" silence p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {silences[-1] * 1000:.0f} ms"
    )
