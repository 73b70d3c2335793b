"""Every parser that takes bytes or text from outside, as one function each: bytes in, an answer out.

An answer is what the edge is documented to say: a value in a form that JSON has, or a refusal in words. What a parser
may raise is turned into a refusal here, by its name; anything else it raises is a fault, and gets out. `corpus/` has
inputs whose answers are known, `test_parsers.py` draws others from `pieces.py` and from changed inputs of the corpus,
and `guided.py` lets coverage lead.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias, cast

import msgspec
import trio
from itsdangerous import BadSignature

from actorlive.errors import NavigationError, ProtocolError
from actorlive.forms import validate
from actorlive.live.events import Event, EventError, EventTable, RawEvent, UnknownEvent, parse_event
from actorlive.live.navigation import external_url, local_path, location, on_host_of
from actorlive.live.process.connection import ConnectionInfo, Refused
from actorlive.pubsub.envelope import open_envelope
from actorlive.pubsub.message import Message, unpack
from actorlive.pubsub.refusals import MessageRefused
from actorlive.results import Ok
from actorlive.template import TemplateError
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from actorlive.web import csrf
from actorlive.web.asgi import Asgi
from actorlive.web.direct.connection import DirectConnection, DirectWay
from actorlive.web.endpoint import view_name
from actorlive.web.forms import MethodOverride
from actorlive.web.hosts import parse_host
from actorlive.web.limits import Limits
from actorlive.web.origin import Origin, origin_allowed, parse_origin
from actorlive.web.proxies import Proxies
from actorlive.web.tokens import SessionToken
from actorlive.web.visitor import VISITOR_KEY
from actorlive.wire import (
    Answered,
    Connection,
    Ignored,
    Join,
    JoinPayload,
    ParamsError,
    decode,
    decode_query,
    form_params,
)
from actorlive.wire.websocket import FrameReader, WebsocketMessage, sole_text
from tests.fuzz.pieces import PIECES
from tests.web.views import Counter, make_app

__all__ = ["PARSERS", "Answer", "Parser"]

Answer: TypeAlias = Any
"""What JSON has."""

MAX_MESSAGE = 1_000
SHORT = 200
"""What is longer is shown by its size."""


@dataclass(frozen=True)
class Parser:
    """One parser, and the pieces that its inputs are made of."""

    read: Callable[[bytes], Answer]
    pieces: Sequence[bytes]


def refusal(error: Exception) -> str:
    """The class of an error that a parser is documented to raise."""
    return f"refused: {type(error).__name__}"


# -- frames --------------------------------------------------------------------


def frames(data: bytes) -> Answer:
    """The codec, in one piece; in single bytes it says the same, and so does the short cut."""
    whole = read_frames([data])
    if len(data) <= 4 * MAX_MESSAGE:
        assert read_frames([data[n : n + 1] for n in range(len(data))]) == whole
    text = sole_text(data, MAX_MESSAGE)
    assert text is None or whole == [text]
    return whole


def read_frames(pieces: list[bytes]) -> list[Answer]:
    reader = FrameReader(MAX_MESSAGE)
    seen: list[Answer] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            while (received := reader.next()) is not None:
                seen.append(shown(received))
    except ProtocolError as error:
        return [*seen, error.code]
    return seen


def shown(received: WebsocketMessage) -> Answer:
    match received:
        case str():
            return received
        case bytes():
            return [received.hex() if len(received) <= SHORT else len(received)]
        case tuple():
            return [
                type(received).__name__,
                *(part.hex() if isinstance(part, bytes) else part for part in received),
            ]


def message(data: bytes) -> Answer:
    """One message of the channel protocol: text where it is UTF-8, and else binary."""
    try:
        decoded = decode(as_message(data))
    except ProtocolError as error:
        return error.code
    payload = bytes(decoded.payload).decode("latin-1")
    shown = payload if len(payload) <= SHORT else len(payload)
    return [decoded.join_ref, decoded.ref, decoded.topic, decoded.event, shown]


def as_message(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def channel(data: bytes) -> Answer:
    """The state machine of a socket's topics; one message per line."""
    connection = Connection(max_channels=3)
    said: list[Answer] = []
    for line in data.split(b"\n"):
        try:
            match connection.receive(as_message(line)):
                case Answered(frame=frame):
                    said.append(msgspec.json.decode(frame)[3:])
                case Ignored():
                    said.append("ignored")
                case Join(topic=topic) as join:
                    said.append(["join", join.topic])
                    if topic.endswith("no"):
                        connection.refuse(topic, join.join_ref)
                case other:
                    said.append(type(other).__name__.lower())
        except ProtocolError as error:
            return [*said, error.code]
    return said


# -- payloads ------------------------------------------------------------------


class Point(msgspec.Struct):
    x: int
    y: float = 0.0


class Everything(Event):
    """A field of each kind that an event may declare."""

    text: str = ""
    number: int = 0
    share: float = 0.0
    price: Decimal = Decimal(0)
    on: bool = False
    day: date | None = None
    size: Literal["s", "m"] = "s"
    tags: list[str] = []
    ids: set[int] = set()
    by_id: dict[int, str] = {}
    point: Point | None = None
    points: list[Point] = []


class Go(Event):
    pass


TABLE = EventTable(Everything | Go)
RAW = EventTable(RawEvent)


def event(data: bytes) -> Answer:
    """The payload of an `event` frame: typed, raw, and the mark of an optimistic change."""
    try:
        payload = payload_of(b'["1","2","t","event",' + data + b"]")
        envelope = parse_event(payload)
        _ = envelope.stamp
        raw_or_not(lambda: RAW.decode(envelope))
        return msgspec.to_builtins(TABLE.decode(envelope), str_keys=True)
    except ProtocolError as error:
        return error.code
    except (EventError, UnknownEvent) as error:
        return refusal(error)


def payload_of(frame: bytes) -> msgspec.Raw:
    decoded = decode(frame.decode(errors="replace"))
    assert isinstance(decoded.payload, msgspec.Raw)
    return decoded.payload


def raw_or_not(read: Callable[[], RawEvent]) -> None:
    with suppress(EventError):
        msgspec.json.encode(read())


def form(data: bytes) -> Answer:
    """What a form sends, as the value of its event."""
    value = msgspec.json.encode(data.decode(errors="replace"))
    return event(b'{"type":"form","event":"everything","value":' + value + b',"meta":{"_target":"text"}}')


def join(data: bytes) -> Answer:
    """The payload of a join, before the gate. `TOKEN` in it is the page's."""
    token = data.replace(b"TOKEN", SESSION_TOKEN.encode())
    try:
        payload = msgspec.json.decode(
            payload_of(b'["1","2","lv:phx-1","phx_join",' + token + b"]"), type=JoinPayload
        )
    except ProtocolError as error:
        return error.code
    except msgspec.MsgspecError:
        return "stale"
    wanted = Join("lv:phx-1", "1", "2", msgspec.Raw())
    verdict = ENDPOINT.authorize(wanted, payload, CLIENT)
    return verdict.reason if isinstance(verdict, Refused) else [verdict.uri, dict(verdict.params or {})]


# -- texts of a request --------------------------------------------------------


def query(data: bytes) -> Answer:
    """The query of a URL, and the same text as the fields of a form."""
    text = data.decode("latin-1")
    try:
        fields = decode_query(text)
        form_params(text, {"_target": text})
        validate(Everything, fields)
    except ParamsError as error:
        return refusal(error)
    return fields


def typed(data: bytes) -> Answer:
    """Fields that are validated."""
    try:
        fields = decode_query(data.decode("latin-1"))
    except ParamsError as error:
        return refusal(error)
    match validate(Everything, fields):
        case Ok(value):
            return msgspec.to_builtins(value, str_keys=True)
        case misfits:
            return sorted(misfits.reason)[:10]


def url(data: bytes) -> Answer:
    """A URL that a client says it is at: which live route it leads to; and whether it may be a redirect's target."""
    text = data.decode(errors="replace")
    csrf.without_token(text)
    for check in (local_path, external_url):
        with suppress(NavigationError):
            check(text)
    ours = on_host_of("https://shop.example/", text, ENDPOINT.max_url)
    route = ENDPOINT.route_for(ours)
    return None if route is None else [route.view.__name__, location(ours)]


def token(data: bytes) -> Answer:
    """A signed token, a CSRF token and a session cookie, none of which is ours."""
    text = data.decode("latin-1").replace("TOKEN", SESSION_TOKEN)
    tokens = ENDPOINT.tokens
    kinds = [tokens.session, tokens.static, tokens.flash, tokens.status]
    good = [kind.read(text) is not None for kind in kinds]
    good.append(csrf.valid({csrf.CSRF_KEY: "c2VjcmV0"}, text))
    serializer = cast("Any", ENDPOINT.app.session_interface).get_signing_serializer(ENDPOINT.app)
    try:
        serializer.loads(text)
    except BadSignature:
        return [*good, False]
    return [*good, True]


def host(data: bytes) -> Answer:
    """The `Host` and `Origin` of a request."""
    text = data.decode("latin-1")
    origin_allowed(text, "shop.example", check=True)
    origin_allowed("https://shop.example", text, check=True)
    origin_allowed(text, "shop.example", check=["//*.example"])
    return [parts(parse_host(text)), parts(parse_origin(text))]


def parts(origin: Origin | None) -> Answer:
    return None if origin is None else [origin.scheme, origin.host, origin.port]


def forwarded(data: bytes) -> Answer:
    """What a named proxy says of its client; address and scheme on a line each."""
    address, _, scheme = data.partition(b"\n")
    headers = [(b"x-forwarded-for", address), (b"x-forwarded-proto", scheme)]
    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1), "headers": headers}
    rewritten = Proxies(["10.0.0.0/8"]).rewrite(scope)
    return [rewritten["client"][0], rewritten["scheme"]]


# -- heads and bodies, which are read from a stream ----------------------------


class Stream:
    """A connection that has brought its bytes, in two pieces, and says nothing more."""

    def __init__(self, data: bytes) -> None:
        self._pieces = [data[: len(data) // 2], data[len(data) // 2 :]]
        self.sent = b""
        self.socket = self

    async def receive_some(self, most: int) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def fileno(self) -> int:
        """None: the kernel takes nothing, so that everything comes through `send_all`."""
        return -1

    async def send_all(self, data: bytes) -> None:
        self.sent += data

    async def send_eof(self) -> None:
        pass

    def getpeername(self) -> tuple[str, int]:
        return "10.0.0.1", 1

    getsockname = getpeername


async def answers(scope: Any, receive: Any, send: Any) -> None:
    """An application that looks at what it was asked, refuses a websocket, and has a page for everybody else."""
    location(scope["path"])
    decode_query(scope["query_string"].decode("latin-1"))
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def head(data: bytes) -> Answer:
    """What a connection brings: the status of the first answer; None for what is handed on, every byte of it."""
    return trio.run(_head, data)


async def _head(data: bytes) -> Answer:
    stream = Stream(data)
    way = DirectWay(
        cast("Asgi", answers),
        cast("Any", None),
        Limits(),
        socket_path="/live/websocket",
        is_page=lambda path: path != "/elsewhere",
        state={},
    )
    connection = DirectConnection(way, cast("Any", stream))
    done = await connection.run()
    assert connection.unread in data
    if stream.sent:
        return int(stream.sent.split(b" ", 2)[1])
    assert data.startswith(connection.unread)
    assert not done
    return None


def body(data: bytes) -> Answer:
    """The body of a POST, for the method that it may name. The first line is its Content-Type."""
    return trio.run(_body, data)


async def _body(data: bytes) -> Answer:
    kind, _, content = data.partition(b"\n")
    pieces = [content[:10], content[10:]]
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        got = b""
        more = True
        while more:
            received = await receive()
            got += received["body"]
            more = received["more_body"]
        assert got == content
        seen.append(scope["method"])

    async def receive() -> Any:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}
    await MethodOverride(app)(scope, receive, None)
    return seen[0]


# -- other nodes ---------------------------------------------------------------


class Told(Message, name="fuzz.told"):
    """A field of each kind that a message may have."""

    text: str = ""
    number: int = 0
    point: Point | None = None
    points: list[Point] = []
    day: date | None = None
    anything: Any = None


def broker(data: bytes) -> Answer:
    """What comes over a channel of the broker: an envelope, and the message in it."""
    try:
        envelope = open_envelope(data)
        received = unpack(envelope.name, envelope.body)
    except MessageRefused as refused:
        str(refused)
        return refused.reason
    assert isinstance(received, Told)
    return [envelope.number, received.text, received.number]


# -- templates -----------------------------------------------------------------


def template(data: bytes) -> Answer:
    """A template's source."""
    try:
        compile_source(Source.of_text(data.decode("utf-8", "surrogatepass"), "fuzz").tidy(), {})
    except UnicodeDecodeError:
        return "not UTF-8"
    except TemplateError as error:
        str(error)
        return refusal(error)
    return "compiled"


_, _live = make_app(debug=True)
ENDPOINT = _live.endpoint


SESSION_TOKEN = ENDPOINT.tokens.session.sign(SessionToken("phx-1", view_name(Counter), "default", "ada"))
"""What `TOKEN` stands for in an input."""
CLIENT = ConnectionInfo({VISITOR_KEY: "ada"}, {"uri": "http://shop.example/", "peer": None})

PARSERS: dict[str, Parser] = {
    parser.__name__: Parser(parser, PIECES[parser.__name__])
    for parser in (
        frames,
        message,
        channel,
        event,
        form,
        join,
        query,
        typed,
        url,
        token,
        host,
        forwarded,
        head,
        body,
        broker,
        template,
    )
}
