"""Attacks with files: tokens, chunks and claims that no browser sends."""

from __future__ import annotations

from typing import Any

from tests.hostile.script import (
    Again,
    Answers,
    Case,
    End,
    Flood,
    Gone,
    Hear,
    Join,
    Lives,
    Part,
    Reset,
    Send,
    Step,
    Take,
    Wait,
    binary,
    message,
    text,
)

__all__ = ["CASES"]


def file(ref: str = "0", name: str = "a.png", size: int = 5, **more: Any) -> dict[str, Any]:
    return {"ref": ref, "name": name, "size": size, "type": "image/png", "last_modified": 7, **more}


def choose(*files: dict[str, Any]) -> Part:
    """The visitor has selected files."""
    uploads = {"<UPLOAD>": list(files)}
    return message("event", {"type": "form", "event": "choose", "value": "", "uploads": uploads})


def preflight(*files: dict[str, Any]) -> Part:
    """May they be sent?"""
    return message("allow_upload", {"ref": "<UPLOAD>", "entries": list(files)})


def begin(token: str = '"<TOKEN>"', entry: str = "0") -> Part:
    """The join of a file's topic; the token is JSON."""
    return text(f'["1", "<REF>", "lvu:{entry}", "phx_join", {{"token": {token}}}]')


def chunk(data: bytes, entry: str = "0") -> Part:
    return binary(f"lvu:{entry}", "chunk", data)


def progress(percent: object, entry: str = "0") -> Part:
    payload = {"event": None, "ref": "<UPLOAD>", "entry_ref": entry, "progress": percent}
    return message("progress", payload)


KEEP = message("event", {"type": "form", "event": "keep", "value": ""})
LEAVE_THE_VIEW = message("phx_leave", {})
JOINED: list[Step] = [Join(), Take("UPLOAD", r'data-phx-upload-ref=\\"(phx-[\w-]+)')]
KEPT = Answers('"2":"5"')
"""The page says that five bytes were kept."""
TOKEN = Take("TOKEN", r'"entries":{"0":"([^"]+)"')


def selected(size: int = 5) -> list[Step]:
    """A page that may send one file."""
    return [*JOINED, Send(choose(file(size=size)), preflight(file(size=size))), Hear(3), TOKEN]


def begun(size: int = 5) -> list[Step]:
    """One that has begun."""
    return [*selected(size), Send(begin()), Hear(4)]


def says(reason: str) -> Answers:
    return Answers(f'"reason":"{reason}"')


def attack(name: str, sends: list[Step], end: End, crowd: int = 1) -> Case:
    return Case(f"a file: {name}", sends, end, path="/album", crowd=crowd)


def refused(name: str, token: str) -> Case:
    return attack(f"a token that is {name}", [*selected(), Send(begin(token))], says("invalid_token"))


TOKENS = [
    refused("forged", '"<TOKEN>x"'),
    refused("old", '"<EXPIRED_UPLOAD>"'),
    refused("of another kind", '"<SESSION>"'),
    refused("empty", '""'),
    refused("a number", "7"),
    refused("10,000 characters long", '"' + "x" * 10_000 + '"'),
    attack(
        "a join without a token", [*JOINED, Send(message("phx_join", {}, "lvu:0"))], says("invalid_token")
    ),
    attack(
        "the token of another socket's view",
        [*selected(), Again(), Join(), Send(begin())],
        says("invalid_token"),
    ),
    attack(
        "a token twice, while its file comes",
        [*begun(), Send(begin(entry="1"))],
        says("already_registered"),
    ),
    attack(
        "a token twice, when its file is consumed",
        [
            *begun(),
            Send(chunk(b"12345")),
            Hear(5),
            Send(progress(100), KEEP),
            Hear(7),
            Send(begin(entry="1")),
        ],
        says("disallowed"),
    ),
    attack("a thousand tokens that are forged", [*JOINED, Flood(begin('"x"'), 1_000)], says("invalid_token")),
]

CHUNKS = [
    attack("more bytes than announced", [*begun(), Send(chunk(b"123456"))], says("file_size_limit_exceeded")),
    attack(
        "a byte after the last",
        [*begun(), Send(chunk(b"12345")), Hear(5), Send(chunk(b"6"))],
        says("file_size_limit_exceeded"),
    ),
    attack(
        "fifty chunks at once", [*begun(size=50), Send(*[chunk(b"x")] * 50)], says("too_many_chunks")
    ),
    attack("a thousand chunks at once", [*begun(size=1_000), Flood(chunk(b"x"), 1_000)], says("unmatched topic")),
    attack("a chunk of none", [*JOINED, Send(chunk(b"x"))], says("unmatched topic")),
    attack("a chunk for a view", [*JOINED, Send(binary("<TOPIC>", "chunk", b"x"))], Lives()),
    attack("another frame than a chunk", [*begun(), Send(binary("lvu:0", "chink", b"x"))], Lives()),
    attack("an event for an upload", [*begun(), Send(message("event", {}, "lvu:0"))], says("unknown_event")),
    attack("empty chunks", [*begun(), Send(chunk(b"")), Hear(5), Send(chunk(b"12345")), Hear(6),
            Send(progress(100), KEEP)], KEPT),
    attack("a chunk after half a minute", [*begun(), Wait(30), Send(chunk(b"1"))], says("unmatched topic")),
    attack("half of it, and the connection torn", [*begun(), Send(chunk(b"12")), Hear(5), Reset()], Gone()),
    attack("twenty times half of it", [*begun(), Send(chunk(b"12")), Hear(5), Reset()], Gone(), crowd=20),
]  # fmt: skip

CLAIMS = [
    attack("a size that is too large", [*JOINED, Send(choose(file(size=10**12)), preflight(file()))],
           Answers('"too_large"')),
    attack("a kind that is not accepted", [*JOINED, Send(choose(file(name="a.exe")), preflight(file()))],
           Answers('"not_accepted"')),
    attack(
        "another kind and size in the preflight than in the selection",
        [
            *JOINED,
            Send(choose(file()), preflight(file(name="a.exe", size=10**12, type="text/html"))),
            Hear(3),
            TOKEN,
            Send(begin(), chunk(b"123456")),
        ],
        says("file_size_limit_exceeded"),
    ),
    attack("one that was never selected", [*JOINED, Send(preflight(file())), Hear(2), Send(KEEP)], Lives()),
    attack("a thousand of them", [*JOINED, Send(choose(*(file(str(n)) for n in range(1_000))), preflight(file()))],
           Answers("too_many_files")),
    attack("a thousand, one after another", [*JOINED, *[Send(choose(file(str(n)))) for n in range(1_000)]], Lives()),
    attack("a name with a path", [*JOINED, Send(choose(file(name="../../etc/passwd.png")))], Answers("passwd.png")),
    attack("a name with controls", [*JOINED, Send(choose(file(name="\x00\x1b[2Ja\r\n.png")))], Answers(".png")),
    attack("a name of 10,000 characters", [*JOINED, Send(choose(file(name="x" * 10_000 + ".png")))],
           Answers("x" * 200)),
    attack("a name that is half a surrogate pair", [*JOINED, Send(choose(file(name="\ud800.png")))], Lives()),
    attack("a size that is negative", [*JOINED, Send(choose(file(size=-1)))], Lives()),
    attack("a size beyond 64 bits", [*JOINED, Send(choose(file(size=10**30)))], Lives()),
    attack("claims that it is here", [*begun(), Send(progress(100), KEEP), Hear(6), Send(chunk(b"12345"), KEEP),
           Hear(8), Send(progress(100), KEEP)], KEPT),
    attack("claims that are nonsense", [*begun(), Send(*(progress(what) for what in (-1, 10**30, "x", True, None)))],
           Lives()),
]  # fmt: skip

VIEWS = [
    attack("for a view that was left", [*selected(), Send(LEAVE_THE_VIEW), Hear(4), Send(begin())],
           says("invalid_token")),
    attack("whose view is left meanwhile", [*begun(), Send(LEAVE_THE_VIEW), Hear(5), Wait(1), Send(chunk(b"1"))],
           says("unmatched topic")),
    attack("whose view is joined again meanwhile", [*begun(), Send(message("phx_join", {})), Hear(5)], Lives()),
]  # fmt: skip

CASES = [*TOKENS, *CHUNKS, *CLAIMS, *VIEWS]
