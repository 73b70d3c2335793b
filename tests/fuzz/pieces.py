"""What the inputs of each parser are made of: what its grammar knows, and what lies just beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["PIECES"]

_NO_MASK = bytes(4)

_JSON = [
    *b'{ } [ ] , : " \\ null true 1 -1 0.1 1e400 9999999999999999999'.split(),
    *b'"" "x" "\\ud800" "\\u0000" \xff \xc3\xa9'.split(),
]
_FIELDS = [
    *b"a text number share price on day size tags point points by_id ids x y _target".split(),
    *b"= & [ ] [] [x] [0] [a][b] % %5B %5D %00 %FF + ; #".split(),
    *b"1 -1 1e5 nan inf 1E999 0x1 true s 2024-01-01".split(),
]
_URLS = [
    *b"http:// https:// HTTP:// javascript: data: / // \\ /counter /counter/ada /other /admin".split(),
    *b"? # @ : [ ] . .. ../ a/ %2e%2e/ %2e%2e %2f %5c %00 %0a %zz \xff ?_csrf_token=x & =".split(),
    *b"shop.example evil.example [::1] :80 :99999".split(),
    *(b" ", b"\t", b"\n", "\uff45".encode(), "\uff0f".encode(), "\u2028".encode()),
]
_TEMPLATES = [
    *b"< > </ /> { } {% %} {# #} <!-- --> <p <p> </p> <br> <script> </script> <.badge> </.badge> <:col> @a".split(),
    *b"f'{ ' \" ''' ( ) [ ] lambda: yield await := * ** \\ class={ :if={ :for={ :key=".split(),
    *(b" ", b"\n", b"\0", b"\xff", b"\xed\xa0\x80", b"\xc3\xa9"),
    *(b"{% if @a %}", b"{% endif %}", b"{% for x in y %}", b"{% endfor %}"),
]
_HEADS = [
    b"GET /live/websocket?vsn=2.0.0 HTTP/1.1\r\n",
    b"GET /live/websocket HTTP/1.0\r\n",
    b"GET /live/websocket%00?\xff HTTP/1.1\r\n",
    b"GET /live/websocketeer HTTP/1.1\r\n",
    b"Host: x\r\n",
    b"Host: y\r\n",
    b"Connection: Upgrade\r\n",
    b"Connection: close, upgrade\r\n",
    b"Upgrade: websocket\r\n",
    b"Upgrade: h2c\r\n",
    b"Sec-WebSocket-Version: 13\r\n",
    b"Sec-WebSocket-Version: 8\r\n",
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
    b"Sec-WebSocket-Key: short\r\n",
    b"Sec-WebSocket-Protocol: a, b\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b" folded\r\n",
    b"X: \xff\x00\r\n",
    b"\r\n",
    b"\n",
    b"\x81\x80" + _NO_MASK,
]
_MESSAGES = [
    b'["1","1","lv:a","phx_join",{}]\n',
    b'["2","2","lv:a","phx_join",{}]\n',
    b'["3","3","lv:b","phx_join",{}]\n',
    b'["4","4","lv:no","phx_join",{}]\n',
    b'["5","5","other","phx_join",{}]\n',
    b'["6","6","lv:c","phx_join",{}]\n',
    b'["7","7","lv:d","phx_join",{}]\n',
    b'[null,"8","lv:a","phx_join",{}]\n',
    b'["1","9","lv:a","phx_leave",{}]\n',
    b'[null,"10","lv:a","phx_leave",{}]\n',
    b'["1","11","lv:a","event",{}]\n',
    b'[null,null,"lv:a","event",{}]\n',
    b'[null,"12","phoenix","heartbeat",{}]\n',
    b'[null,"12","lv:a","heartbeat",{}]\n',
    b"\x00\x01\x01\x04\x0511lv:achunk\xff\n",
    b"\n",
]

_PACKED = [
    b"\x96\x01\xc4\x0812345678\x01\x01\xa9fuzz.told",
    b"\xa9fuzz.told",
    b"\xa7builtin",
    b"\xc4\x0812345678",
    *(b"\xa4text\xa1x", b"\xa6number\x07", b"\xa5point", b"\xa6points", b"\xa8anything", b"\xa3day"),
    *(bytes([n]) for n in (0x00, 0x01, 0x7F, 0x80, 0x81, 0x90, 0x91, 0x96, 0xC0, 0xC1, 0xC2, 0xCB, 0xFF)),
    *(b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"),
    *(b"\xcf" + b"\xff" * 8, b"\xd3\x80" + bytes(7), b"\xd7\xff" + b"\xff" * 8, b"\xc7\x03\x05abc"),
]

PIECES: Final[Mapping[str, Sequence[bytes]]] = {
    "broker": _PACKED,
    "frames": [
        *(bytes([first]) for first in (0x81, 0x01, 0x80, 0x00, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0x83, 0x8B)),
        *(bytes([second]) for second in (0x85, 0xFD, 0xFE, 0xFF, 0x05)),
        *(
            _NO_MASK,
            b"\x00\x7e",
            b"\x01\x00",
            bytes(8),
            b"\x37\xfa\x21\x3d",
            b"hello",
            b"\x03\xe8",
            b"\xed\xa0",
        ),
        *(bytes([first, 0x80]) + _NO_MASK for first in (0x81, 0x01, 0x00, 0x89)),
    ],
    "message": [
        *_JSON,
        b'["1","2","t","e",',
        b'["4",null,',
        b"]]",
        b"\x00\x02\x02\x05\x05",
        b"\x00",
        b"lvu:0",
    ],
    "channel": _MESSAGES,
    "event": [
        *_JSON,
        b'{"type":"click","event":"go","value":',
        b'{"type":"hook","event":"everything","value":{',
        b'{"type":"form","event":"everything","value":"',
        *b'"number": "price": "ids":[ "by_id":{" "points":[{"x": "_al": "cid": "meta":{'.split(),
        b'"event":"lv:clear-flash"',
    ],
    "form": _FIELDS,
    "join": [
        *_JSON,
        *_URLS,
        b'{"session":"TOKEN","url":"',
        *b'"redirect":" "static":" "flash":"TOKEN" "params":{"_mounts": "_csp_nonce":'.split(),
    ],
    "query": _FIELDS,
    "typed": _FIELDS,
    "url": _URLS,
    "token": [*b"TOKEN . .. = - _ AAAA e30 ZQ. \xff".split(), b" ", b"\0"],
    "host": [*_URLS, *b"xn-- example. *. localhost 127.0.0.1 %25".split(), b"a" * 64],
    "forwarded": [
        *b"10.0.0.2 203.0.113.7 ::1 [::1] ::ffff:10.0.0.2 , unknown _x http https HTTPS :80 %eth0 \xff".split(),
        *(b"\n", b" "),
    ],
    "head": _HEADS,
    "body": [
        b"application/x-www-form-urlencoded\n",
        b"multipart/form-data; boundary=b\n",
        b"text/plain\n",
        *b"_method= put DELETE PATCH GET & \xff".split(),
        b"--b\r\n",
        b'Content-Disposition: form-data; name="_method"\r\n\r\n',
        b"\r\n",
    ],
    "template": _TEMPLATES,
}
