"""Attacks before there is a websocket: requests of HTTP, and handshakes."""

from __future__ import annotations

from dataclasses import replace

from tests.hostile.script import (
    Again,
    Case,
    Closed,
    Drip,
    Ended,
    Filler,
    Flood,
    Gone,
    HalfClose,
    Lives,
    Open,
    Pages,
    Reset,
    Send,
    Status,
    Wait,
    handshake,
    http,
)

__all__ = ["CASES"]

TARGET = "/live/websocket?vsn=2.0.0"
GET = "GET /counter HTTP/1.1"
POST = "POST /echo HTTP/1.1"
FORM = "Content-Type: application/x-www-form-urlencoded"
CHUNKED = "Transfer-Encoding: chunked"
CLOSE = "Connection: close"
BAD = Status(400)
LONG = "x" * 20_000


def get(path: str, *lines: str) -> Send:
    return Send(http(f"GET {path} HTTP/1.1", CLOSE, *lines))


def form(body: bytes, path: str = "/form") -> Send:
    def made(filler: Filler) -> bytes:
        filled = filler.fill(body)
        head = http(f"POST {path} HTTP/1.1", FORM, CLOSE, f"Content-Length: {len(filled)}")
        return filler.fill(head) + filled

    return Send(made)


def chunks(body: bytes) -> Send:
    return Send(http(POST, CHUNKED, CLOSE, body=body))


MALFORMED = [
    Case("zero bytes", [Send(b"\0" * 100)], BAD),
    Case("random bytes", [Send(bytes(range(128, 256)) + b"\r\n\r\n")], BAD),
    Case(
        "a TLS hello", [Send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\r\n\r\n")], BAD
    ),
    Case("an ssh banner", [Send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")], BAD),
    Case("HTTP/0.9", [Send(b"GET /counter\r\n\r\n")], BAD),
    Case("the preface of HTTP/2", [Send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")], Status(505)),
    Case("a request of HTTP/2.0 in the clear", [Send(http("GET /counter HTTP/2.0"))], Status(505)),
    Case("a version of the future", [Send(http("GET /counter HTTP/9.9"))], Status(505)),
    Case("a version that is none", [Send(http("GET /counter HTTP/x"))], BAD),
    Case(
        "a method of the application's own making", [Send(http("BREW /counter HTTP/1.1", CLOSE))], Status(405)
    ),
    Case("a method with a bracket", [Send(http("GE[T /counter HTTP/1.1"))], BAD),
    Case("CONNECT", [Send(http("CONNECT evil.example:443 HTTP/1.1"))], BAD),
    Case("TRACE", [Send(http("TRACE /counter HTTP/1.1", "X-Secret: 1", CLOSE))], Status(405)),
    Case("a star for a path", [Send(http("GET * HTTP/1.1"))], BAD),
    Case("a URL of another host", [Send(http("GET http://evil.example/counter HTTP/1.1"))], BAD),
    Case("a URL for a path", [Send(http("GET http://<HOST>/counter HTTP/1.1", CLOSE))], Status(200)),
    Case("no Host", [Send(http(GET, host=False))], BAD),
    Case("two Hosts", [Send(http(GET, "Host: evil.example"))], BAD),
    Case("a field without a colon", [Send(http(GET, "nothing"))], BAD),
    Case("a space before the colon", [Send(http(GET, "X : y"))], BAD),
    Case("a field without a name", [Send(http(GET, ": y"))], BAD),
    Case("a zero byte in a field", [Send(http(GET, "X: a\0b"))], BAD),
    Case("a line end in the middle of a field", [Send(http(GET, "X: a\rb"))], BAD),
    Case("a head that does not end, 17 KB", [Send(http(GET, f"X: {LONG}")[:-4])], Status(400, 431)),
    Case("a field of 20 KB", [Send(http(GET, f"X: {LONG}"))], Status(200, 400, 431, stays=True)),
    Case("a thousand fields", [get("/counter", *[f"X-{n}: y" for n in range(1_000)])], Status(200, 400, 431)),
    Case("a path of 20 KB", [get(f"/{LONG}")], Status(400, 404, 414, 431)),
    Case("a path with a zero byte", [get("/counter/%00")], Status(404)),
    Case("a path that is not UTF-8", [get("/%ff%fe")], Status(404)),
    Case("a path that climbs", [get("/live/assets/../../../etc/passwd")], Status(404)),
    Case("a path that climbs in disguise", [get("/live/assets/%2e%2e%2f%2e%2e%2fetc%2fpasswd")], Status(404)),
    Case("a query nested 40 levels deep", [get("/counter?a" + "[x]" * 40 + "=1")], BAD),
    Case("a query of 5,000 fields", [get("/counter?" + "a&" * 5_000)], Status(200, 400, 431)),
    Case("a query with a name of 15 KB", [get("/counter?" + "k" * 15_000 + "=1")], Status(200, 400, 431)),
]

BODIES = [
    Case("a length below zero", [Send(http(POST, "Content-Length: -1"))], BAD),
    Case("a length of letters", [Send(http(POST, "Content-Length: ten"))], BAD),
    Case(
        "a length of a thousand digits",
        [Send(http(POST, f"Content-Length: {'9' * 1_000}"))],
        Status(400, 413),
    ),
    Case("two lengths", [Send(http(POST, "Content-Length: 1", "Content-Length: 2"))], BAD),
    Case(
        "a length and chunks",
        [Send(http(POST, "Content-Length: 4", CHUNKED, body=b"0\r\n\r\n"))],
        BAD,
    ),
    Case("an encoding that nobody knows", [Send(http(POST, "Transfer-Encoding: gzip"))], Status(400, 501)),
    Case("chunked, twice", [Send(http(POST, CHUNKED, CHUNKED))], Status(400, 501)),
    Case("a chunk with a size of letters", [chunks(b"zz\r\n")], BAD),
    Case("a chunk of 2^64 bytes", [chunks(b"fffffffffffffffff\r\nx")], Status(408)),
    Case("a chunk with a size below zero", [chunks(b"-1\r\nx\r\n0\r\n\r\n")], BAD),
    Case(
        "a chunk with a comment of 20 KB",
        [chunks(b"1;" + LONG.encode() + b"\r\nx\r\n0\r\n\r\n")],
        Status(200, 400),
    ),
    Case("chunks of one byte", [chunks(b"1\r\nx\r\n" * 2_000 + b"0\r\n\r\n")], Status(200)),
    Case(
        "a body of 20 MB",
        [Send(http(POST, "Content-Length: 20000000", CLOSE)), Flood(b"x" * 1_000, 20_000)],
        Status(413),
    ),
    Case("a body that breaks off", [Send(http(POST, "Content-Length: 100", body=b"x")), HalfClose()], BAD),
    Case("a body that does not come", [Send(http(POST, "Content-Length: 100", CLOSE))], Status(408)),
    Case(
        "a body byte by byte",
        [Send(http(POST, "Content-Length: 200", CLOSE)), Drip(b"x" * 100, 1.0)],
        Status(408),
    ),
    Case(
        "an expectation, and nothing after it",
        [Send(http(POST, "Content-Length: 9", "Expect: 100-continue", CLOSE))],
        Status(100),
    ),
    Case("a form of 2,000 fields", [form(b"&".join(b"k%d=v" % n for n in range(2_000)))], Status(200, 413)),
    Case("a form with a name of 100 KB", [form(b"k" * 100_000 + b"=v")], Status(200, 413)),
    Case("a form of per cent signs", [form(b"%" * 100_000)], Status(200, 413)),
    Case("a form without a token", [form(b"a=1", "/guarded")], Status(403)),
    Case("a form with somebody else's token", [form(b"_csrf_token=<THEIR_CSRF>", "/guarded")], Status(403)),
    Case("a DELETE by _method without a token", [form(b"_method=delete", "/echo")], Status(403, 405)),
]

COOKIES = [
    Case("a cookie of 8 KB", [get("/counter", "Cookie: session=" + "x" * 8_000)], Status(200)),
    Case(
        "two thousand cookies",
        [get("/counter", "Cookie: " + "; ".join(f"c{n}=1" for n in range(1_000)))],
        Status(200),
    ),
    Case("a cookie that is not ASCII", [get("/counter", "Cookie: session=\xff\xfe; \x80=1")], Status(200)),
    Case(
        "a forged session",
        [get("/admin", "Cookie: session=eyJ1c2VyIjoicm9vdCJ9.aaaaaa.bbbbbbbbbbb")],
        Status(200),
    ),
    Case(
        "a reload token of nobody", [get("/counter", "Cookie: __phoenix_reload_status__=x.y.z")], Status(200)
    ),
    Case("a page's token for a flash", [get("/counter", "Cookie: __phoenix_flash__=<SESSION>")], Status(200)),
    Case(
        "a proxy that nobody named",
        [get("/counter", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https")],
        Status(200),
    ),
]

SLOW = [
    Case("silence", [], Ended()),
    Case("half a first line", [Send(b"GET /cou")], Ended()),
    Case("half a handshake", [Send(handshake()[:60])], Ended()),
    Case("a head byte by byte", [Drip(http(GET), 1.0)], Ended()),
    Case("a handshake byte by byte", [Drip(handshake(), 0.5)], Ended()),
    Case(
        "a head line by line, without end",
        [Send(http(GET)[:-2]), *[Send(b"X: y\r\n"), Wait(4.0)] * 30],
        Ended(),
    ),
    Case("a great answer that is not read", [Send(http("GET /much HTTP/1.1")), Wait(100.0)], Ended()),
    Case(
        "a great answer that is asked for ten times and not read",
        [Flood(http("GET /much HTTP/1.1"), 10), Wait(100.0)],
        Ended(),
    ),
    Case(
        "a great answer in the middle of which the peer is gone",
        [Send(http("GET /much HTTP/1.1")), Reset()],
        Gone(),
    ),
    Case("200 requests at once", [Flood(http(GET), 200)], Pages(200)),
    Case("200 requests at once, and gone", [Flood(http(GET), 200), Reset()], Gone()),
    Case("a request and silence", [Send(http(GET))], Ended()),
    Case("a request and half of the next", [Send(http(GET) + http(GET)[:20])], Ended()),
]

HANDSHAKES = [
    Case("another version of the protocol", [Send(handshake(Sec_WebSocket_Version="8"))], Status(400, 426)),
    Case("no version of the protocol", [Send(handshake(Sec_WebSocket_Version=None))], Status(400, 426)),
    Case("no key", [Send(handshake(Sec_WebSocket_Key=None))], BAD),
    Case("a short key", [Send(handshake(Sec_WebSocket_Key="c2hvcnQ="))], BAD),
    Case("a key that is no base64", [Send(handshake(Sec_WebSocket_Key="!" * 24))], BAD),
    Case("two keys", [Send(handshake(TARGET, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="))], BAD),
    Case("a connection that is kept", [Send(handshake(Connection="keep-alive"))], Status(400, 404, 405)),
    Case("an upgrade to something else", [Send(handshake(Upgrade="h2c"))], Status(400, 404, 405)),
    Case("a handshake of HTTP/1.0", [Send(handshake(version="1.0"))], BAD),
    Case("a handshake of HTTP/2.0", [Send(handshake(version="2.0"))], Status(505)),
    Case("a handshake by POST", [Send(handshake(method="POST"))], Status(400, 403, 404, 405)),
    Case("a handshake with a body", [Send(handshake(Content_Length="5") + b"hello")], BAD),
    Case("a handshake in chunks", [Send(handshake(Transfer_Encoding="chunked") + b"0\r\n\r\n")], BAD),
    Case("a page of another site", [Send(handshake(Origin="https://evil.example"))], Status(403)),
    Case("a page of a sandbox", [Send(handshake(Origin="null"))], Status(403)),
    Case("a page of a look-alike", [Send(handshake(Origin="http://<HOST>.evil.example"))], Status(403)),
    Case("two origins", [Send(handshake(TARGET, "Origin: https://evil.example"))], Status(403)),
    Case("no version of ours", [Send(handshake("/live/websocket"))], Status(403)),
    Case("an earlier version of ours", [Send(handshake("/live/websocket?vsn=1.0.0"))], Status(403)),
    Case("another path", [Send(handshake("/live/websockets?vsn=2.0.0"))], Status(404)),
    Case("a path below ours", [Send(handshake("/live/websocket/x?vsn=2.0.0"))], Status(404)),
    Case("a path with a slash too many", [Send(handshake("//live/websocket?vsn=2.0.0"))], Closed(1008)),
    Case("half a handshake, and gone", [Send(handshake()[:100]), Reset()], Gone()),
    Case("a handshake, and gone", [Send(handshake()), Reset()], Gone()),
    Case(
        "a frame of rubbish in the handshake's packet",
        [Send(handshake() + b"\xff" * 50)],
        Closed(1002),
        Status(400),
    ),
    Case(
        "another request in the handshake's packet",
        [Send(handshake() + http(GET))],
        Closed(1002),
        Status(400),
    ),
    Case("a request where frames belong", [Open(), Send(http(GET))], Closed(1002)),
    Case(
        "three sockets of one page, the first two left alone",
        [Open(), Again(), Open(), Again(), Open()],
        Lives(),
    ),
]

# Whatever way websockets take, pages are Hypercorn's.
CASES = [
    *(replace(case, ways=("direct",)) for case in (*MALFORMED, *BODIES, *COOKIES)),
    *(replace(case, ways=("direct",), lasts=True) for case in SLOW),
    *HANDSHAKES,
]
