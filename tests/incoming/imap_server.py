"""An IMAP server for tests: RFC 3501 as far as a mailbox is read by it, over a real line, with faults on demand.

`broken` are numbers of mails at which the line breaks; `password` lets in; with a context the line is TLS.
"""

from __future__ import annotations

import datetime as dt
import re
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

LINE, PASSWORD = b"\r\n", "open sesame"
ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"|(\S+)')
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass
class Box:
    """The mails of the one folder, by number; `validity` changes where the folder was made anew."""

    mails: dict[int, bytes] = field(default_factory=dict)
    days: dict[int, dt.date] = field(default_factory=dict)
    validity: int = 1
    next_uid: int = 1

    def add(self, raw: bytes, day: dt.date | None = None) -> int:
        uid = self.next_uid
        self.mails[uid], self.next_uid = raw, uid + 1
        self.days[uid] = day or dt.datetime.now(dt.UTC).date()
        return uid


class ImapServer:
    """Runs for the length of a `with`, on a port of its own."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.password = PASSWORD
        self.box = Box()
        self.broken: set[int] = set()
        self.commands: list[str] = []
        self.sizes: dict[int, int] = {}
        self._server = _Server(("127.0.0.1", 0), _Session)
        self._server.keeper = self
        self._server.context = context

    def __enter__(self) -> ImapServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def add(self, raw: bytes, day: dt.date | None = None) -> int:
        return self.box.add(raw, day)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    keeper: ImapServer
    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake in the client's own thread: one that fails ends that line alone."""
        if self.context is not None:
            try:
                request = self.context.wrap_socket(request, server_side=True)
            except OSError:
                return
        super().finish_request(request, client_address)


class _Broken(Exception):
    """The line breaks here."""


class _Session(socketserver.StreamRequestHandler):
    """One client, from its greeting to its good-bye."""

    server: _Server

    def handle(self) -> None:
        self.is_in = False
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.strip().partition(b" ")
            self.server.keeper.commands.append(rest.decode("utf-8", "replace").split(" ")[0].upper())
            try:
                if not self._answer(tag, rest):
                    return
            except _Broken:
                return

    def _answer(self, tag: bytes, rest: bytes) -> bool:
        command, _, words = rest.partition(b" ")
        arguments = [quoted.replace(b'\\"', b'"') or plain for quoted, plain in ARGUMENT.findall(words)]
        name = command.upper()
        if name == b"CAPABILITY":
            return self._end(tag, b"CAPABILITY done", b"* CAPABILITY IMAP4rev1")
        if name == b"LOGIN":
            self.is_in = arguments[1].decode() == self.server.keeper.password
            return self._end(tag, b"welcome") if self.is_in else self._end(tag, b"wrong password", answer=b"NO")
        if name == b"LOGOUT":
            self._end(tag, b"bye", b"* BYE")
            return False
        if not self.is_in:
            return self._end(tag, b"who are you", answer=b"NO")
        if name in {b"EXAMINE", b"SELECT"}:
            return self._open(tag, arguments[0])
        if name == b"UID" and arguments[0].upper() == b"SEARCH":
            return self._search(tag, arguments[1:])
        if name == b"UID" and arguments[0].upper() == b"FETCH":
            return self._fetch(tag, int(arguments[1]), words)
        return self._end(tag, b"what?", answer=b"BAD")

    def _open(self, tag: bytes, folder: bytes) -> bool:
        if folder.upper() != b"INBOX":
            return self._end(tag, b"no such folder", answer=b"NO")
        box = self.server.keeper.box
        return self._end(
            tag,
            b"[READ-ONLY] open",
            b"* %d EXISTS" % len(box.mails),
            b"* OK [UIDVALIDITY %d] ids" % box.validity,
            b"* OK [UIDNEXT %d] next" % box.next_uid,
        )

    def _search(self, tag: bytes, words: list[bytes]) -> bool:
        box = self.server.keeper.box
        low, _, high = words[words.index(b"UID") + 1].partition(b":")
        last = max(box.mails, default=0)
        start, end = int(low), last if high == b"*" else int(high)
        found = [uid for uid in sorted(box.mails) if min(start, end) <= uid <= max(start, end)]
        if b"SINCE" in words:
            day, month, year = words[words.index(b"SINCE") + 1].decode().split("-")
            since = dt.date(int(year), MONTHS.index(month) + 1, int(day))
            found = [uid for uid in found if box.days[uid] >= since]
        return self._end(tag, b"SEARCH done", b"* SEARCH " + b" ".join(b"%d" % uid for uid in found))

    def _fetch(self, tag: bytes, uid: int, words: bytes) -> bool:
        keeper = self.server.keeper
        raw = keeper.box.mails.get(uid)
        if raw is None:
            return self._end(tag, b"FETCH done")
        if b"RFC822.SIZE" in words:
            size = keeper.sizes.get(uid, len(raw))
            return self._end(tag, b"FETCH done", b"* %d FETCH (UID %d RFC822.SIZE %d)" % (uid, uid, size))
        if uid in keeper.broken:
            raise _Broken
        part = re.split(rb"\r?\n\r?\n", raw)[0] + b"\r\n\r\n" if b"HEADER" in words else raw
        name = b"BODY[HEADER]" if b"HEADER" in words else b"BODY[]"
        self.wfile.write(b"* %d FETCH (UID %d %s {%d}\r\n" % (uid, uid, name, len(part)) + part + b")\r\n")
        return self._end(tag, b"FETCH done")

    def _end(self, tag: bytes, words: bytes, *lines: bytes, answer: bytes = b"OK") -> bool:
        for line in lines:
            self._say(line)
        self._say(b"%s %s %s" % (tag, answer, words))
        return True

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + LINE)
