"""A report on birds along the coast: what it holds, and what it still lacks."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

Weather = Literal["dry", "rain", "fog", "storm"]
WEATHERS: tuple[Weather, ...] = get_args(Weather)


class Sighting(Struct, frozen=True):
    bird: str
    count: int


class Report(Struct, frozen=True):
    """What has been entered so far; every field may be missing still."""

    place: str = ""
    day: date | None = None
    weather: Weather = "dry"
    sightings: tuple[Sighting, ...] = ()
    notes: str = ""

    def seen(self, bird: str, count: int) -> Report:
        """The report with one more sighting."""
        return replace(self, sightings=(*self.sightings, Sighting(bird, count)))

    def without(self, place: int) -> Report:
        """The report without the sighting in that place."""
        rest = [one for n, one in enumerate(self.sightings) if n != place]
        return replace(self, sightings=tuple(rest))

    def raised(self, place: int) -> Report:
        """The report with that sighting one place further up."""
        order = list(self.sightings)
        if 0 < place < len(order):
            order[place - 1], order[place] = order[place], order[place - 1]
        return replace(self, sightings=tuple(order))

    def lacks(self) -> list[str]:
        """What is missing before it can be sent."""
        wanted = {"the place": self.place, "the day": self.day, "a bird that you saw": self.sightings}
        return [name for name, value in wanted.items() if not value]
