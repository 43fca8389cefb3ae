"""A mail server for tests: takes what it is sent, keeps it, and obeys a script for each recipient.

The script of an address is a list of words, one for each time it is written to; the last one stays: `250`, a refusal
such as `451 4.2.0 Try later`, `hang` (no answer to RCPT), `drop` (the line breaks after the content, which was taken),
`drop-first` (it breaks at RCPT), `data 554 5.7.1 No` (refused after the content).
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

ACCEPTED = "250 2.0.0 Taken"


@dataclass(frozen=True)
class Taken:
    """One mail that the server has: who it went to in the envelope, and what it says."""

    recipient: str
    sender: str
    content: bytes
    connection: int

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Sink:
    """Runs for the length of a `with`, on a port of its own."""

    def __init__(self, *, password: str = "", greeting: str = "") -> None:
        self.taken: list[Taken] = []
        self.script: dict[str, list[str]] = {}
        self.connections = 0
        self.seconds = 0.0
        self.close_after = 0
        self.password = password
        self.greeting = greeting
        self.reads_at_once = True
        self._lock = threading.Lock()
        self._controller = _Controller(self)

    def __enter__(self) -> Sink:
        self._controller.start()
        self.connections = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.server.sockets[0].getsockname()[1])

    def obey(self, address: str, *words: str) -> None:
        self.script[address] = list(words)

    def to(self, address: str) -> list[Taken]:
        return [taken for taken in self.taken if taken.recipient == address]

    def recipients(self) -> list[str]:
        return [taken.recipient for taken in self.taken]

    def next_word(self, address: str) -> str:
        words = self.script.get(address, [])
        return (words.pop(0) if len(words) > 1 else words[0]) if words else "250"

    def keep(self, taken: Taken) -> None:
        with self._lock:
            self.taken.append(taken)

    def wait_for(self, count: int, seconds: float = 20.0) -> None:
        """Wait until so many mails have been taken."""
        end = time.monotonic() + seconds
        while len(self.taken) < count:
            assert time.monotonic() < end, f"{len(self.taken)} of {count} mails came within {seconds:.0f} s"
            time.sleep(0.02)


class _Handler:
    """Hooks of aiosmtpd."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.words: dict[str, str] = {}

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*answers[:-1], *(["250-PIPELINING"] if self.sink.reads_at_once else []), answers[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sink.close_after and len(self.sink.taken) == self.sink.close_after:
            self.sink.close_after = 0
            cast(Any, server.transport).abort()
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        word = self.sink.next_word(address)
        self.words[address] = word
        if word == "hang":
            await asyncio.sleep(30)
        if word == "drop-first":
            cast(Any, server.transport).abort()
        if word[:1] in "45":
            return word
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        address = envelope.rcpt_tos[0]
        word = self.words.get(address, "250")
        if word.startswith("data "):
            return word.removeprefix("data ")
        if self.sink.seconds:
            await asyncio.sleep(self.sink.seconds)
        content = envelope.original_content or b""
        self.sink.keep(Taken(address, envelope.mail_from or "", content, id(session)))
        if word == "drop":
            cast(Any, server.transport).abort()
        return ACCEPTED


class _Server(SMTP):
    """Counts its connections, and may send everybody away."""

    sink: Sink

    def connection_made(self, transport: Any) -> None:
        self.sink.connections += 1
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        if self.sink.greeting:
            await self.push(self.sink.greeting)
            cast(Any, self.transport).close()
            return
        await super()._handle_client()


class _Controller(Controller):
    """aiosmtpd in a thread, on a free port."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        super().__init__(_Handler(sink), hostname="127.0.0.1", port=0)

    def factory(self) -> SMTP:
        more: dict[str, Any] = {}
        if self.sink.password:
            more = {"authenticator": self._let_in, "auth_required": True, "auth_require_tls": False}
        server = _Server(self.handler, enable_SMTPUTF8=True, hostname="sink.test", **more)
        server.sink = self.sink
        return server

    def _let_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = getattr(data, "password", b"").decode()
        return AuthResult(success=given == self.sink.password, handled=False)

    def _trigger_server(self) -> None:
        """Reach the port that was free: the base class asks for the one that was given."""
        with socket.create_connection(("127.0.0.1", self.sink.port), timeout=5) as line:
            line.recv(1024)
