"""Servers on this machine for tests of outgoing requests: a tripwire, and one that answers as it is told."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

from crm.foreign.requests import Rules

HERE = "127.0.0.2"  # plays the public server; 127.0.0.1 is the tripwire
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Mark: a\r\nX-Mark: b\r\n\r\nok"
Conversation = Callable[[socket.socket], None]


class Listener:
    """Accepts connections on one port of one address and has a conversation on each; counts them."""

    def __init__(self, conversation: Conversation, address: str = "127.0.0.1", port: int = 0) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(64)
        self.port: int = self.socket.getsockname()[1]
        self.conversation = conversation
        self.connections = 0
        self.asked: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        try:
            self.conversation(line)
        except OSError:
            return  # the other side went away: that is what most of these tests are about
        finally:
            line.close()


def hang_up(line: socket.socket) -> None:
    """The conversation of a tripwire: that somebody came is enough."""


def read_request(line: socket.socket) -> bytes:
    """The request with its body."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = line.recv(65_536)
        if not part:
            return got
        got += part
    head, _, body = got.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += line.recv(65_536)
    return head + b"\r\n\r\n" + body


def answering(*parts: bytes, asked: list[bytes] | None = None, context: ssl.SSLContext | None = None) -> Conversation:
    """A conversation that notes the request and sends these bytes."""

    def answer(line: socket.socket) -> None:
        if context is not None:
            line = context.wrap_socket(line, server_side=True)
        request = read_request(line)
        if asked is not None:
            asked.append(request)
        for part in parts:
            line.sendall(part)
        line.close()

    return answer


def served(*parts: bytes, **more: object) -> Listener:
    return Listener(answering(*parts, **more), HERE)  # type: ignore[arg-type]


def rules_for(listener: Listener, **changes: object) -> Rules:
    """Rules under which 127.0.0.2 is the whole public internet and every name stands for it."""
    rules = Rules(
        allows=lambda address: address == HERE,
        resolver=lambda host, port: [HERE],
        ports=frozenset({listener.port}),
        seconds=3,
    )
    return dataclasses.replace(rules, **changes)  # type: ignore[arg-type]
