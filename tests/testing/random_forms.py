"""Random forms with every kind of control, in states that a browser and a test kit could see differently."""

from __future__ import annotations

import random

WORDS = ["a", "b c", "ä&ö", "", "1+1=2", "x\ny"]


class Forms:
    """Writes one form's HTML."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def html(self) -> str:
        """A form, and a control outside that belongs to it."""
        exempt = self.flag("phx-no-unused-field", 0.1)
        inside = "".join(self.control() for _ in range(self.random.randint(2, 9)))
        outside = '<input form="f" name="outside" value="o"><input name="stranger" value="s">'
        return (
            f'<form id="f"{exempt}>{inside}<button name="go" value="yes" id="go">Go</button></form>{outside}'
        )

    def control(self) -> str:
        make = self.random.choice(
            [
                self.text,
                self.text,
                self.hidden,
                self.toggle,
                self.toggle,
                self.select,
                self.textarea,
                self.button,
                self.group,
            ]
        )
        return make()

    def name(self) -> str:
        return self.random.choice(["", "n", "m", "user[name]", "tags[]", "user[tags][]", "deep[a][b]"])

    def flag(self, name: str, chance: float) -> str:
        return f" {name}" if self.random.random() < chance else ""

    def rest(self) -> str:
        return self.flag("disabled", 0.15) + self.flag("phx-no-unused-field", 0.1)

    def value(self) -> str:
        value = self.random.choice(WORDS).replace("\n", " ").replace("&", "&amp;")
        return f' value="{value}"' if self.random.random() < 0.8 else ""

    def text(self) -> str:
        kind = self.random.choice(["", ' type="text"', ' type="email"', ' type="search"', ' type="nonsense"'])
        return f'<input{kind} name="{self.name()}"{self.value()}{self.rest()}>'

    def hidden(self) -> str:
        return f'<input type="hidden" name="{self.name()}"{self.value()}{self.rest()}>'

    def toggle(self) -> str:
        kind = self.random.choice(["checkbox", "radio"])
        return f'<input type="{kind}" name="{self.name()}"{self.value()}{self.flag("checked", 0.5)}{self.rest()}>'

    def select(self) -> str:
        options = "".join(
            f"<option{self.value()}{self.flag('selected', 0.3)}{self.flag('disabled', 0.2)}> o {number} </option>"
            for number in range(self.random.randint(0, 4))
        )
        return f'<select name="{self.name()}"{self.flag("multiple", 0.4)}{self.rest()}>{options}</select>'

    def textarea(self) -> str:
        text = self.random.choice(WORDS).replace("&", "&amp;")
        return f'<textarea name="{self.name()}"{self.rest()}>{text}</textarea>'

    def button(self) -> str:
        kind = self.random.choice(["submit", "button", "reset"])
        return f'<button type="{kind}" name="{self.name()}" value="b">B</button>'

    def group(self) -> str:
        legend = f"<legend>{self.text()}</legend>" if self.random.random() < 0.5 else ""
        return f"<fieldset{self.flag('disabled', 0.4)}>{legend}{self.text()}{self.toggle()}</fieldset>"
