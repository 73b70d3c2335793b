"""Where a server listens, and what it says when it cannot."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from actorlive.web.listeners import Listener, ServerError, listen, open_listeners, parse_address, tls

ALPN = ("h2", "http/1.1")


@pytest.mark.parametrize(
    ("bind", "place"),
    [
        ("127.0.0.1:4000", ("127.0.0.1", 4000)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:0", ("localhost", 0)),
        (":8000", ("0.0.0.0", 8000)),
        ("[::]:65535", ("::", 65535)),
    ],
)
def test_an_address_is_read(bind: str, place: tuple[str, int]) -> None:
    assert parse_address(bind) == place


@pytest.mark.parametrize(
    "bind", ["", "4000", "::1:80", "host", "host:", "host:80x", "host:65536", "http://x:1", "a b:1"]
)
def test_what_is_not_an_address_is_told_with_what_one_looks_like(bind: str) -> None:
    with pytest.raises(ServerError, match=r'is not an address to listen at: write "127\.0\.0\.1:4000"'):
        parse_address(bind)


def close(listeners: Sequence[Listener]) -> None:
    for listener in listeners:
        listener.close()


def test_several_places_and_their_urls(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    opened = open_listeners(["127.0.0.1:0", f"unix:{path}"], secure=True)
    port = opened[0].socket.getsockname()[1]
    assert [listener.url for listener in opened] == [f"https://127.0.0.1:{port}", f"unix:{path}"]
    assert [listener.is_secure for listener in opened] == [True, False]
    close(opened)
    assert not path.exists()


def test_all_places_or_none(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} on 127.0.0.1 is taken"):
            open_listeners([f"unix:{path}", f"127.0.0.1:{port}"])
    assert not path.exists()


def test_a_unix_socket_that_was_left_behind_is_replaced_and_one_that_is_served_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    (first,) = open_listeners([f"unix:{path}"])
    with pytest.raises(ServerError, match="is taken: stop what listens there"):
        open_listeners([f"unix:{path}"])
    first.close()


def test_a_file_that_is_not_a_socket_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    path.write_text("precious")
    with pytest.raises(ServerError, match="there is a file of that name"):
        open_listeners([f"unix:{path}"])
    assert path.read_text() == "precious"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"cannot listen at unix:.*/a\.sock: No such file or directory"):
        open_listeners([f"unix:{tmp_path}/nowhere/a.sock"])


def test_whoever_goes_leaves_the_socket_of_the_next(tmp_path: Path) -> None:
    """A restart: the new server listens at the path before the old one has closed."""
    path = tmp_path / "a.sock"
    (old,) = open_listeners([f"unix:{path}"])
    path.unlink()
    (new,) = open_listeners([f"unix:{path}"])
    old.close()
    assert path.exists()
    new.close()
    new.close()
    assert not path.exists()


def test_only_owner_and_group_open_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    opened = open_listeners([f"unix:{path}"])
    assert path.stat().st_mode & 0o777 == 0o660
    close(opened)


# -- TLS -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def make_certificate(folder: Path) -> Path:
    """A folder with `cert.pem` and `key.pem` for localhost."""
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
    ]
    subprocess.run([*command, "-days", "2", *subject, *files], check=True, capture_output=True)
    return folder


def test_a_certificate_and_its_key_in_two_files_or_one(certificate: Path) -> None:
    cert, key = certificate / "cert.pem", certificate / "key.pem"
    context = tls(str(cert), str(key), ALPN)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    both = certificate / "both.pem"
    both.write_text(cert.read_text() + key.read_text())
    tls(str(both), None, ALPN)


@pytest.mark.parametrize(
    ("cert", "key", "words"),
    [
        ("nowhere.pem", "key.pem", "there is no file '.*nowhere.pem': --certfile and --keyfile name files"),
        ("cert.pem", "nowhere.pem", "there is no file '.*nowhere.pem'"),
        ("key.pem", "cert.pem", "cannot speak TLS with"),
        (
            "cert.pem",
            "other.pem",
            r"cannot speak TLS with .* and .*other.pem. \(.*key.*\): --certfile begins with",
        ),
        ("cert.pem", "locked.pem", r"cannot speak TLS with .* \(the key has a password\)"),
        ("cert.pem", None, "cannot speak TLS with"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_one_line(
    certificate: Path, cert: str, key: str | None, words: str
) -> None:
    generate = ["openssl", "genpkey", "-algorithm", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run([*generate, "-out", certificate / "other.pem"], check=True, capture_output=True)
    lock = ["-aes256", "-pass", "pass:x", "-out", certificate / "locked.pem"]
    subprocess.run([*generate, *lock], check=True, capture_output=True)
    with pytest.raises(ServerError, match=words):
        tls(str(certificate / cert), key and str(certificate / key), ALPN)
