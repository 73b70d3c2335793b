"""Network: how long each frame takes, and when one gets lost.

It may take time for each frame (`latency`, `jitter`), never changing their order, and it may fail: a lost frame means
that the connection is gone, as with TCP, and all that was on its way.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

__all__ = ["Network"]


@dataclass
class Network:
    """What lies between client and server: seconds each way, and how often it breaks.

    `latency` is fixed, `jitter` adds at most that much more at random; `loss` is the probability that a frame breaks
    the connection. `seed` makes the chances repeatable. The fields may be changed at any time.
    """

    latency: float = 0.0
    jitter: float = 0.0
    loss: float = 0.0
    seed: int = 0
    random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - chances of a test, not secrets

    def delay(self) -> float:
        """How long one frame takes."""
        return self.latency + (self.random.uniform(0, self.jitter) if self.jitter else 0.0)

    def breaks(self) -> bool:
        """Whether this frame is the one that is lost."""
        return self.loss > 0 and self.random.random() < self.loss
