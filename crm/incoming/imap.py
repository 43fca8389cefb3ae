"""IMAP, for what a mailbox needs: sign in, ask what is new, get it. Nothing on the server is changed by it.

The standard library's client over a line of `crm.foreign.requests`, which goes to the very address that was looked at.
A library with a client of its own (imap-tools) would open its own lines and lend us little: five commands are used.
"""

from __future__ import annotations

import datetime as dt
import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from crm.foreign.requests import RULES, RequestError, connect
from crm.incoming.choices import Security

SECONDS = 30.0
PORTS = frozenset({143, 993})
WINDOW = 2_000  # numbers of mails asked about at once
ROOM = 1 << 20  # for what stands around a mail
LONGEST_WORDS = 300
NUMBER = re.compile(rb"\d+")
SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
BROKEN = (imaplib.IMAP4.error, OSError, ValueError)


class MailboxTrouble(Exception):
    """The mailbox cannot be reached, or does not let us in; the message is a sentence for who keeps it."""


@dataclass(frozen=True)
class Account:
    """Where a mailbox is, and who we are there."""

    host: str
    port: int
    security: str
    user: str
    password: str
    folder: str = "INBOX"

    def __repr__(self) -> str:
        """Without the password: this may stand in a log."""
        return f"Account({self.user}@{self.host}:{self.port})"


class Folder:
    """An open folder: its `validity`, the number that the next mail will get, and what is in it."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self.client = client
        self.validity = self._number("UIDVALIDITY")
        self.next_uid = self._number("UIDNEXT")

    def uids_after(self, last: int, since: dt.date | None = None) -> Iterator[int]:
        """Numbers of the mails behind `last` that came on that day or later, in their order."""
        from_day = ("SINCE", f"{since.day:02}-{MONTHS[since.month - 1]}-{since.year}") if since else ()
        for start in range(last + 1, max(self.next_uid, last + 2), WINDOW):
            end = start + WINDOW - 1
            found = self._ask("SEARCH", "UID", f"{start}:{end if end < self.next_uid else '*'}", *from_day)
            numbers = sorted(int(one) for line in found if isinstance(line, bytes) for one in NUMBER.findall(line))
            # `*` is the last mail there is, also where it lies before the start
            yield from (one for one in numbers if one > last and one >= start)

    def size(self, uid: int) -> int:
        """Bytes of a mail; 0 where it is not there any more."""
        for line in self._ask("FETCH", str(uid), "(RFC822.SIZE)"):
            text = line[0] if isinstance(line, tuple) else line
            found = SIZE.search(text) if isinstance(text, bytes) else None
            if found:
                return int(found[1])
        return 0

    def read(self, uid: int, part: str = "") -> bytes | None:
        """The bytes of a mail (`part` HEADER: of its head), unseen as before; None where it is not there any more."""
        for line in self._ask("FETCH", str(uid), f"(BODY.PEEK[{part}])"):
            if isinstance(line, tuple) and len(line) > 1 and isinstance(line[1], bytes):
                return line[1]
        return None

    def _ask(self, command: str, *words: str) -> list[bytes | tuple[bytes, bytes]]:
        try:
            answer, found = self.client.uid(command, *words)
        except BROKEN as error:
            raise MailboxTrouble(f"The mailbox broke off: {_said(error)}.") from error
        if answer != "OK":
            raise MailboxTrouble(f"The mailbox does not answer {command}: {_text(found)}.")
        return [one for one in found if one is not None]

    def _number(self, name: str) -> int:
        _, found = self.client.response(name)
        numbers = NUMBER.findall(found[0]) if found and isinstance(found[0], bytes) else []
        return int(numbers[0]) if numbers else 0


@contextmanager
def open_folder(account: Account) -> Iterator[Folder]:
    """The folder of a mailbox, to read. Raises MailboxTrouble with a sentence."""
    client = _signed_in(account)
    try:
        answer, found = client.select(_quoted(account.folder), readonly=True)
        if answer != "OK":
            raise MailboxTrouble(f"There is no folder “{account.folder}” in it: {_text(found)}.")
        yield Folder(client)
    except BROKEN as error:
        raise MailboxTrouble(f"The mailbox broke off: {_said(error)}.") from error
    finally:
        _close(client)


class _Client(imaplib.IMAP4):
    """The standard client over a line of ours; what a server announces as too long is not read."""

    def __init__(self, account: Account) -> None:
        self.account = account
        super().__init__(account.host, account.port, SECONDS)

    def _create_socket(self, timeout: float | None) -> Any:
        rules = replace(RULES, ports=PORTS)
        if _is_ours(self.account.host):
            rules = replace(rules, allows=lambda _: True, ports=frozenset({self.account.port}))
        is_secure = self.account.security == Security.TLS
        return connect(self.account.host, self.account.port, is_secure=is_secure, seconds=SECONDS, rules=rules)

    def read(self, size: int) -> bytes:
        if size > settings.CRM_MAIL_LARGEST + ROOM:
            raise self.abort("it announces more than is taken in")
        return super().read(size)


def _signed_in(account: Account) -> imaplib.IMAP4:
    if not account.password:
        raise MailboxTrouble("There is no password for it.")
    if account.security == Security.NONE and not _is_ours(account.host):
        raise MailboxTrouble("A password does not travel in the clear: choose TLS or STARTTLS.")
    client: imaplib.IMAP4 | None = None
    try:
        client = _Client(account)
        if account.security == Security.STARTTLS:
            client.starttls(ssl.create_default_context())
        client.login(account.user, account.password)
    except RequestError as error:
        raise MailboxTrouble(str(error)) from error
    except BROKEN as error:
        if client is not None:
            _close(client)
        raise MailboxTrouble(f"The mailbox does not let us in: {_said(error)}.") from error
    return client


def _is_ours(host: str) -> bool:
    """Whether the environment names it as a mail server of our own network."""
    return host.lower() in {name.lower() for name in settings.CRM_MAIL_HOSTS}


def _close(client: imaplib.IMAP4) -> None:
    """Say good-bye where there is somebody to say it to; after a handshake that failed there is no line any more."""
    try:
        client.logout()
    except BROKEN:
        with suppress(OSError):
            client.shutdown()


def _quoted(folder: str) -> str:
    if any(sign in folder for sign in "\r\n\x00"):
        raise MailboxTrouble("The folder has a name that no folder can have.")
    words = folder.encode("ascii", "replace").decode().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{words}"'


def _said(error: Exception) -> str:
    """An error in words; what a server says may repeat what we sent, so of a refused sign-in only that it was."""
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    words = " ".join(str(error).removeprefix("b'").removesuffix("'").split())
    return words[:LONGEST_WORDS] or type(error).__name__


def _text(found: list) -> str:
    first = found[0] if found else b""
    return first.decode("utf-8", "replace")[:LONGEST_WORDS] if isinstance(first, bytes) else ""
