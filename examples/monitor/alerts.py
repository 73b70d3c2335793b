"""When somebody should look: a share that was above its limit for some seconds on end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .machine import Sample

Share = Literal["cpu", "memory", "disk"]
SHARES: dict[Share, str] = {"cpu": "CPU", "memory": "Memory", "disk": "Disk"}
LIMITS: dict[Share, float] = {"cpu": 90.0, "memory": 90.0, "disk": 95.0}
"""In percent."""
LONG_ENOUGH = 5
"""Samples on end."""


@dataclass(frozen=True)
class Alert:
    """A share that is above its limit, and since when (a Unix time)."""

    share: Share
    limit: float
    since: float


def alerts_of(samples: Sequence[Sample], limits: Mapping[Share, float]) -> list[Alert]:
    """What is above its limit now, and was so for long enough."""
    found = (_alert(samples, share, limits[share]) for share in get_args(Share))
    return [alert for alert in found if alert]


def value_of(sample: Sample, share: Share) -> float:
    """The share of that name."""
    match share:
        case "cpu":
            return sample.cpu
        case "memory":
            return sample.memory
        case "disk":
            return sample.disk


def _alert(samples: Sequence[Sample], share: Share, limit: float) -> Alert | None:
    above: list[Sample] = []
    for sample in reversed(samples):
        if value_of(sample, share) <= limit:
            break
        above.append(sample)
    return Alert(share, limit, above[-1].at) if len(above) >= LONG_ENOUGH else None
