"""Outgoing requests: sent as asked, ended in time, cut in size, and failing with a sentence."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crm.foreign.requests import MAX_BODY, RequestFailed, RequestRefused, Rules, fetch
from tests.foreign.listeners import HERE, OK, Listener, rules_for, served


def test_request_is_sent_as_asked_and_answered():
    asked: list[bytes] = []
    with served(OK, asked=asked) as server:
        url = f"http://Shop.Example:{server.port}/hook/ä?q=1#part"
        answer = fetch(url, "POST", b'{"a":1}', {"Content-Type": "application/json"}, rules=rules_for(server))
    assert (answer.status, answer.body, answer.is_cut) == (200, b"ok", False)
    assert answer.headers == {"content-length": "2", "x-mark": "a, b"}
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n")[0] == b"POST /hook/%C3%A4?q=1 HTTP/1.1"
    assert f"Host: shop.example:{server.port}".encode() in head
    assert b"Content-Type: application/json" in head
    assert body == b'{"a":1}'


def test_redirect_is_an_answer_and_not_followed(tripwires):
    place = f"http://127.0.0.1:{tripwires[0].port}/".encode()
    with served(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n") as server:
        answer = fetch(f"http://x.example:{server.port}/", rules=rules_for(server))
    assert (answer.status, answer.headers["location"]) == (302, place.decode())
    assert tripwires[0].connections == 0


def test_proxy_of_the_environment_is_not_used(monkeypatch, tripwires):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{tripwires[0].port}")
    with served(OK) as server:
        assert fetch(f"http://x.example:{server.port}/", rules=rules_for(server)).status == 200
    assert tripwires[0].connections == 0


@pytest.mark.parametrize(
    "body",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n"
        + b"x" * 65_536
        + b"\r\n5\r\nxxxxx\r\n0\r\n\r\n",
    ],
)
def test_long_answer_is_cut(body):
    with served(body) as server:
        answer = fetch(f"http://x.example:{server.port}/", rules=rules_for(server))
    assert answer.body == b"x" * MAX_BODY
    assert answer.is_cut


def test_answer_that_broke_off_counts_as_cut():
    with served(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc") as server:
        answer = fetch(f"http://x.example:{server.port}/", rules=rules_for(server))
    assert (answer.body, answer.is_cut) == (b"abc", True)


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_answer_that_drips_ends_at_the_deadline(first, drip):
    def conversation(line: socket.socket) -> None:
        line.sendall(first)
        while True:
            time.sleep(0.05)
            line.sendall(drip)

    too_late = pytest.raises(RequestFailed, match=r"x\.example did not answer within 0\.4 seconds")
    with Listener(conversation, HERE) as server, too_late:
        fetch(f"http://x.example:{server.port}/", rules=rules_for(server, seconds=0.4))


def test_name_service_that_hangs_ends_at_the_deadline():
    given_up = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        given_up.wait(30)
        return [HERE]

    with pytest.raises(RequestFailed, match="Nobody could say in time"):
        fetch("http://x.example/", rules=Rules(resolver=slow, seconds=0.2))
    given_up.set()


def test_endless_headers_end_at_the_amount():
    endless = b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000
    with served(endless) as server, pytest.raises(RequestFailed, match="its answer is too long"):
        fetch(f"http://x.example:{server.port}/", rules=rules_for(server))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X", "a\r\nBcc: b"),
        ("X", "a\nb"),
        ("X\r\nY", "a"),
        ("X Y", "a"),
        ("", "a"),
        ("Host", "127.0.0.1"),
        ("hOST", "x"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
        ("X", "ä"),
        ("X", "\x00"),
    ],
)
def test_header_that_would_change_the_request_is_refused(name, value):
    with pytest.raises(RequestRefused):
        fetch("http://x.example/", headers={name: value})


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET / HTTP/1.1\r\nX:", ""])
def test_method_that_we_do_not_send_is_refused(method):
    with pytest.raises(RequestRefused):
        fetch("http://x.example/", method)


@given(st.binary(max_size=300))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answer_of_any_bytes_is_an_answer_or_a_sentence(noise):
    with served(b"HTTP/1.1 200 OK\r\n" + noise if len(noise) % 2 else noise) as server:
        try:
            answer = fetch(f"http://x.example:{server.port}/", rules=rules_for(server))
        except RequestFailed as error:
            assert str(error).startswith("x.example ")
        else:
            assert isinstance(answer.body, bytes)


def test_name_is_kept_for_the_certificate_though_the_address_is_called(certificate):
    server_context, client_context = certificate
    names: list[str | None] = []
    server_context.sni_callback = lambda line, name, context: names.append(name)
    asked: list[bytes] = []
    with served(OK, asked=asked, context=server_context) as server:
        rules = rules_for(server, trust=client_context)
        assert fetch(f"https://shop.example:{server.port}/", rules=rules).body == b"ok"
        with pytest.raises(RequestFailed, match="Hostname mismatch"):
            fetch(f"https://other.example:{server.port}/", rules=rules)
        with pytest.raises(RequestFailed, match="not safe"):
            fetch(f"https://shop.example:{server.port}/", rules=rules_for(server))
    assert names[:2] == ["shop.example", "other.example"]
    assert len(asked) == 1


def test_handshake_that_hangs_ends_at_the_deadline(certificate):
    given_up = threading.Event()
    with Listener(lambda line: given_up.wait(30), HERE) as server:
        with pytest.raises(RequestFailed, match="did not answer within"):
            fetch(f"https://shop.example:{server.port}/", rules=rules_for(server, seconds=0.3))
        given_up.set()


def test_no_socket_stays_open():
    def count() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    with served(b"garbage") as server:
        before = count()
        for _ in range(5):
            with pytest.raises(RequestFailed):
                fetch(f"http://x.example:{server.port}/", rules=rules_for(server))
            with pytest.raises(RequestRefused):
                fetch(f"http://x.example:{server.port}/", rules=rules_for(server, allows=lambda address: False))
        time.sleep(0.1)
        assert count() <= before + 1
