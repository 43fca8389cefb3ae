"""Requests to addresses that people typed: out into the internet only, never into our own network (OWASP ASVS 1.3.6).

The name is resolved once, every address it has must be public, the connection goes to that very address and the
address at its other end is looked at again; the name stays in the Host header and in the certificate check. No
redirect is followed, no proxy or cookie used. Ten seconds in all, from the name to the last byte; 64 KB of answer.

Our own over `http.client`, because no library does all of it: requests-hardened lets `::127.0.0.1` out, bounds each
read instead of the whole, and reads a body of any size.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from crm.foreign.addresses import Resolver, UnknownHost, addresses_of, ascii_host, is_public, resolve

SECONDS = 10.0
MAX_BODY = 64 * 1024
MAX_HEADERS = 64 * 1024
MAX_URL = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
OUR_HEADERS = frozenset(
    "host connection content-length transfer-encoding accept-encoding te upgrade expect trailer keep-alive".split()
)
URL_LETTERS = re.compile(r"[^\s\x00-\x20\x7f\\\ud800-\udfff]+")
HOST_LETTERS = re.compile(r"[a-z0-9.:_-]+")
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


class RequestError(Exception):
    """The request was not made or not answered; the message is a sentence for the person who typed the address."""


class RequestRefused(RequestError):
    """We do not make such a request: nothing was sent."""


class RequestFailed(RequestError):
    """The other side could not be reached, or did not answer properly or in time. It may have got the request."""


class NotReached(RequestFailed):
    """No line to the other side could be opened: nothing was sent."""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it came; 3xx is one, too. Header names in lower case; of a long body the first 64 KB."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_cut: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class Rules:
    """Where requests may go and how long they may take. Everything but `RULES` is for tests and for tighter uses."""

    allows: Callable[[str], bool] = is_public
    resolver: Resolver = resolve
    ports: frozenset[int] = frozenset(DEFAULT_PORTS.values())
    seconds: float = SECONDS
    trust: ssl.SSLContext | None = field(default=None)


RULES = Rules()


@dataclass(frozen=True, slots=True)
class _Target:
    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS["https" if self.is_secure else "http"] else f"{host}:{self.port}"


def fetch(
    url: str,
    method: str = "GET",
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    rules: Rules = RULES,
) -> Response:
    """One request and its answer. Raises RequestRefused or RequestFailed (NotReached), with a sentence, and nothing
    else."""
    began = time.monotonic()
    failed: type[RequestFailed] = NotReached
    deadline = began + rules.seconds
    target = _target(url, rules)
    sent = _headers(method, headers or {}, target)
    try:
        with _connect(target, rules, deadline) as line:
            failed = RequestFailed
            return _converse(_Line(line, deadline), method, target, body, sent, began)
    except UnknownHost as error:
        raise failed(str(error)) from error
    except TimeoutError as error:
        raise failed(f"{target.host} did not answer within {rules.seconds:g} seconds.") from error
    except ssl.SSLError as error:
        raise failed(f"The connection to {target.host} is not safe: {_reason(error)}.") from error
    except (OSError, http.client.HTTPException) as error:
        raise failed(f"{target.host} could not be reached or broke off: {_reason(error)}.") from error


def _target(url: str, rules: Rules) -> _Target:
    """The parts of the address; raises RequestRefused for one that could be read in two ways."""
    if len(url) > MAX_URL or not URL_LETTERS.fullmatch(url):
        raise RequestRefused("This is not a web address: it is too long or has blanks or backslashes in it.")
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
        host = ascii_host(parts.hostname or "")
    except (ValueError, UnknownHost) as error:
        raise RequestRefused("This is not a web address.") from error
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise RequestRefused("The address must begin with http:// or https:// and name a computer.")
    if "@" in parts.netloc:
        raise RequestRefused("The address must not have a name or password in it.")
    if not HOST_LETTERS.fullmatch(host):
        raise RequestRefused(f"“{host}” is not a name that a computer can have.")
    _refuse_port(port, rules)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme == "https", host, port, _quoted(path))


def _refuse_port(port: int, rules: Rules) -> None:
    if port not in rules.ports:
        raise RequestRefused(f"Port {port} may not be called; only {_listed(rules.ports)}.")


def _headers(method: str, headers: Mapping[str, str], target: _Target) -> dict[str, str]:
    if method not in METHODS:
        raise RequestRefused(f"“{method}” is not a method that we send.")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or name.lower() in OUR_HEADERS:
            raise RequestRefused(f"The header “{name}” may not be set.")
        if not HEADER_VALUE.fullmatch(value):
            raise RequestRefused(f"The header “{name}” has a line break or a letter that headers cannot hold.")
    own = {"Host": target.name, "Connection": "close", "Accept-Encoding": "identity"}
    return {"User-Agent": "CRM", **headers, **own}


def connect(host: str, port: int, *, is_secure: bool, seconds: float, rules: Rules = RULES) -> socket.socket:
    """A line to a computer out in the internet for another protocol than HTTP; the caller closes it.

    Raises RequestRefused or RequestFailed with a sentence.
    """
    try:
        target = _Target(is_secure, ascii_host(host.strip()), port, "")
        if not HOST_LETTERS.fullmatch(target.host):
            raise RequestRefused(f"“{host[:80]}” is not a name that a computer can have.")
        _refuse_port(port, rules)
        line = _connect(target, rules, time.monotonic() + seconds)
    except UnknownHost as error:
        raise RequestFailed(str(error)) from error
    except TimeoutError as error:
        raise RequestFailed(f"{host} did not answer within {seconds:g} seconds.") from error
    except ssl.SSLError as error:
        raise RequestFailed(f"The connection to {host} is not safe: {_reason(error)}.") from error
    except OSError as error:
        raise RequestFailed(f"{host} could not be reached: {_reason(error)}.") from error
    line.settimeout(seconds)
    return line


def _connect(target: _Target, rules: Rules, deadline: float) -> socket.socket:
    """A connection to an address that was checked before and after. Raises RequestRefused, OSError, UnknownHost."""
    found = addresses_of(target.host, target.port, rules.resolver, deadline - time.monotonic())
    if not all(rules.allows(address) for address in found):
        raise RequestRefused(f"{target.host} is not out in the internet, so we do not call it.")
    plain = _first_that_answers(found, target.port, deadline)
    try:
        if not rules.allows(str(plain.getpeername()[0])):
            raise RequestRefused(f"{target.host} is not out in the internet, so we do not call it.")
        if not target.is_secure:
            return plain
        plain.settimeout(_left(deadline))  # for the handshake as a whole
        return (rules.trust or ssl.create_default_context()).wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _first_that_answers(addresses: list[str], port: int, deadline: float) -> socket.socket:
    """Tries the addresses in turn, each with its share of the time left."""
    fault: OSError = TimeoutError()
    for number, address in enumerate(addresses):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        line = socket.socket(family, socket.SOCK_STREAM)
        try:
            line.settimeout(_left(deadline) / (len(addresses) - number))
            line.connect((address, port))
        except OSError as error:
            line.close()
            fault = error
            continue
        return line
    raise fault


class TooMuch(http.client.HTTPException):
    """The answer is longer than anything we read."""


class _Line:
    """What `http.client` takes for a socket: writes and reads end at one deadline."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line = line
        self.deadline = deadline

    def sendall(self, content: bytes) -> None:
        self.line.settimeout(_left(self.deadline))
        self.line.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self.line, self.deadline))

    def close(self) -> None:
        """Who opened the socket closes it."""


class _Answer(io.RawIOBase):
    """The bytes of an answer, up to a deadline and an amount."""

    def __init__(self, line: socket.socket, deadline: float) -> None:
        self.line = line
        self.deadline = deadline
        self.left = MAX_HEADERS + 8 * MAX_BODY  # a body in small chunks is longer than what is in it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.left <= 0:
            raise TooMuch
        self.line.settimeout(_left(self.deadline))
        count = self.line.recv_into(memoryview(buffer)[: self.left])
        self.left -= count
        return count


def _converse(
    line: _Line, method: str, target: _Target, body: bytes, headers: Mapping[str, str], began: float
) -> Response:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0  # never a connection of its own making
    connection.sock = line
    connection.request(method, target.path, body=body or None, headers=dict(headers))
    answer = connection.getresponse()
    content = answer.read(MAX_BODY + 1)
    found: dict[str, str] = {}
    for name, value in answer.getheaders():
        found[name.lower()] = f"{found[name.lower()]}, {value}" if name.lower() in found else value
    seconds = time.monotonic() - began
    is_cut = len(content) > MAX_BODY or bool(answer.length)
    return Response(answer.status, found, content[:MAX_BODY], is_cut, seconds)


def _left(deadline: float) -> float:
    """Seconds until the deadline; raises TimeoutError when it is past."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _quoted(path: str) -> str:
    """Letters beyond ASCII as browsers send them: percent signs and UTF-8."""
    return "".join(
        letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in path
    )


def _listed(ports: frozenset[int]) -> str:
    return " and ".join(str(port) for port in sorted(ports))


def _reason(error: Exception) -> str:
    """The fault in a few words, without the paths and addresses that belong in no page."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError):
        return error.strerror or "no connection"
    return "its answer is too long" if isinstance(error, TooMuch) else "its answer is not one of a web server"
