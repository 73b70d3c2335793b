"""Random pages and the stream operations between them, as a server could send them."""

from __future__ import annotations

import random
from typing import Any

Step = dict[str, Any]


class Pages:
    """One view's dead render and the messages after it: `{"html", "streams"}` each, the first one a join."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.serial = 0
        self.items: list[str] = []
        self.rows = [f"r{number}" for number in range(4)]
        self.stranger = self.random.random() < 0.3

    def sequence(self, length: int) -> tuple[str, list[Step]]:
        """The dead render's HTML, and the messages."""
        dead = self.page(self.new_items(3))
        return dead, [self.join(), *(self.step() for _ in range(length))]

    def join(self) -> Step:
        items = self.random.sample(self.items, len(self.items)) + self.new_items(1)
        self.items = list(items)
        return {"html": self.page(items), "streams": [["0", [[item, -1, None, None] for item in items], []]]}

    def step(self) -> Step:
        chance = self.random.random()
        if chance < 0.2:
            return {"html": self.page([]), "streams": []}
        if chance < 0.35:
            return self.reset()
        inserts = self.new_items(self.random.randint(0, 3))
        if self.items and self.random.random() < 0.5:
            inserts.insert(0, self.random.choice(self.items))
        inserts = list(dict.fromkeys(inserts))
        limit = self.random.choice([None, None, None, 3, -3, 5])
        ops = [[item, self.random.choice([-1, -1, 0, 1, 2]), limit, self.update_only()] for item in inserts]
        deletes = [item for item in self.items if item not in inserts and self.random.random() < 0.2]
        self.items += [item for item in inserts if item not in self.items]
        return {"html": self.page(inserts), "streams": [["0", ops, deletes]]}

    def reset(self) -> Step:
        kept = [item for item in self.items if self.random.random() < 0.6]
        self.random.shuffle(kept)
        items = kept + self.new_items(self.random.randint(0, 2))
        ops = [[item, self.random.choice([-1, -1, 0]), None, False] for item in items]
        self.items = list(items)
        return {"html": self.page(items), "streams": [["0", ops, [], True]]}

    def update_only(self) -> bool | None:
        return self.random.choice([None, False, False, True])

    def new_items(self, count: int) -> list[str]:
        self.serial += count
        return [f"i{number}" for number in range(self.serial - count, self.serial)]

    def page(self, items: list[str]) -> str:
        self.random.shuffle(self.rows)
        rows = "".join(self.row(row) for row in self.rows if self.random.random() < 0.7)
        streamed = "".join(f'<li id="{item}">{item} {self.word()}</li>' for item in items)
        stranger = f'<li id="stranger">{self.word()}</li>' if self.stranger else ""
        plain = "".join(f"<i>{self.word()}</i>" for _ in range(self.random.randint(0, 3)))
        return (
            f'<h1 class="{self.word()}">{self.word()}</h1>{plain}<div id="rows">{rows}</div>'
            f'<ul id="stream" phx-update="stream" title="{self.word()}">{streamed}{stranger}</ul>'
            f'<div id="kept" phx-update="ignore" class="{self.word()}" data-x="{self.word()}">'
            f"<b>{self.word()}</b></div>"
        )

    def row(self, row: str) -> str:
        hidden = " hidden" if self.random.random() < 0.3 else ""
        return f'<p id="{row}"{hidden}><span>{self.word()}</span></p>'

    def word(self) -> str:
        return self.random.choice(["ant", "bee", "cat", "dog"])
