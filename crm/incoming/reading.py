"""From the bytes of a mail to what they say. Nothing that a stranger can write makes it raise but `Unreadable`.

The standard library's parser with its old policy: the new one reads headers by a grammar, which takes seconds for ten
thousand recipients and raises for some that are merely odd. Headers are therefore decoded here.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import datetime as dt
import email
import email.parser
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property

from crm.foreign.html import text_of_html
from crm.foreign.names import clean_name
from crm.mail.addresses import ADDRESS, LONGEST_ADDRESS, ascii_domain, normal_address

MOST_PARTS = 2_000
MOST_HOLDERS = 100  # parts that hold other parts: the parser takes each line once for each
MOST_RECIPIENTS = 100
MOST_REFERENCES = 100
MOST_ATTACHMENTS = 200
LONGEST_LINE = 200_000  # characters of a header that are looked at
LONGEST_PARAMETERS = 4_000
LONGEST_SUBJECT = 900
LONGEST_TEXT = 1_000_000
LONGEST_ID = 300
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
MESSAGE_ID = re.compile(r"<[^<>\s]{1,998}>")
ENCODED_WORD = re.compile(r"=\?(?P<charset>[^?\s]{1,60})\?(?P<way>[bBqQ])\?(?P<text>[^?]{0,20000})\?=")
BARE_ADDRESS = re.compile(r"[^\s<>,;:()\"\[\]]{1,64}@[A-Za-z0-9.-]{1,255}")
HALVES = re.compile("[\ud800-\udfff]")
# codecs that are no charset of a mail, or whose time grows with the square of the text
CLOSED_CODECS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
COMMON_CHARSETS = ("utf-8", "cp1252")
MACHINES = {"multipart", "message"}
SHOWN_TYPES = {"text/plain", "text/html"}
REPORTS = {"message/delivery-status", "message/feedback-report", "message/rfc822", "text/rfc822-headers"}


class _Unfolded(email.policy.Compat32):
    """Reads headers as single lines, a boundary that was folded too, and of each no more than anybody needs: the time
    of the standard library's reader of parameters grows with the square of a line."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        longest = LONGEST_PARAMETERS if name.lower().startswith("content-") else LONGEST_LINE
        return name, _unfolded(value)[:longest]


POLICY = _Unfolded()


class Unreadable(Exception):
    """The bytes cannot be read as a mail, or only by means that nobody should be made to use; a sentence."""


@dataclass(frozen=True)
class AttachedPart:
    """A file in a mail: its name, what the mail says that it is, its decoded content."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass(frozen=True)
class ReadMail:
    """What a mail says. `message` is the parsed whole, for who looks at its reports."""

    message: Message
    html: str = ""
    text: str = ""
    files: tuple[AttachedPart, ...] = field(default_factory=tuple)

    def header(self, name: str) -> str:
        """A header as text; of several the first, empty where there is none."""
        values = raw_headers(self.message, name)
        return decoded(values[0]) if values else ""

    def headers(self, name: str) -> list[str]:
        """All headers of this name as text."""
        return [decoded(value) for value in raw_headers(self.message, name)[:50]]

    @cached_property
    def subject(self) -> str:
        return self.header("subject")[:LONGEST_SUBJECT]

    @cached_property
    def sender(self) -> tuple[str, str]:
        """Name and address of who says that they wrote it; the address is empty where none can be read."""
        for name in ("from", "sender", "reply-to"):
            for person, address in mailboxes(raw_headers(self.message, name), 5):
                return person, address
        return "", ""

    @cached_property
    def recipients(self) -> tuple[str, ...]:
        """The addresses of To, Cc and of what carried it, in their normal form, without repetition; 100 at most."""
        lines: list[str] = []
        for name in ("delivered-to", "x-original-to", "envelope-to", "to", "cc"):
            lines += raw_headers(self.message, name)
        found = (address for _, address in mailboxes(lines, MOST_RECIPIENTS))
        return tuple(dict.fromkeys(found))

    @cached_property
    def message_id(self) -> str:
        found = MESSAGE_ID.search(self.header("message-id")[:2_000])
        return found[0][:LONGEST_ID] if found else ""

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Ids of the mails that it answers, the nearest first."""
        near = MESSAGE_ID.findall(self.header("in-reply-to")[:LONGEST_LINE])
        far = MESSAGE_ID.findall(self.header("references")[:LONGEST_LINE])
        found = dict.fromkeys([*near, *reversed(far)])
        return tuple(one for one in found if len(one) <= LONGEST_ID)[:MOST_REFERENCES]

    def sent_at(self, received_at: dt.datetime) -> dt.datetime:
        """When it says that it was written; a date that cannot be (of 1970, of 2099, none) is when it came."""
        try:
            said = parsedate_to_datetime(self.header("date")[:200])
        except (TypeError, ValueError, OverflowError, IndexError):
            return received_at
        try:
            moment = (said if said.tzinfo else said.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            return received_at
        return moment if EARLIEST < moment <= received_at else received_at


def read_mail(raw: bytes) -> ReadMail:
    """What the bytes say. Raises Unreadable with a sentence."""
    if not raw.strip():
        raise Unreadable("There is nothing in it.")
    message = _parsed(raw)
    texts: list[str] = []
    pages: list[str] = []
    files: list[AttachedPart] = []
    for part in parts_of(message):
        kind = part.get_content_type()
        if _is_shown(part, kind):
            (texts if kind == "text/plain" else pages).append(_text(part))
        elif len(files) < MOST_ATTACHMENTS and part.get_content_maintype() not in MACHINES:
            files.append(_file(part))
        elif kind == "message/rfc822" and _is_attached(part):
            files.append(AttachedPart(_name(part) or "message.eml", kind, _forwarded(part)))
    html = "\n".join(pages)[:LONGEST_TEXT]
    text = "\n".join(texts) if any(one.strip() for one in texts) else text_of_html(html)
    return ReadMail(message, html=html, text=clean(text)[:LONGEST_TEXT], files=tuple(files))


def parts_of(message: Message) -> Iterator[Message]:
    """The parts in their order, without what is inside of forwarded mails. Raises Unreadable for more than 2,000."""
    waiting, count = [message], 0
    while waiting:
        part = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            raise Unreadable(f"It has more than {MOST_PARTS:,} parts.")
        yield part
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            inside = part.get_payload()
            waiting.extend(reversed([one for one in inside if isinstance(one, Message)]))


def reports_of(message: Message, kind: str) -> list[Message]:
    """The parts of one of the kinds of reports, `message/delivery-status` say."""
    return [part for part in parts_of(message) if part.get_content_type() == kind]


def raw_headers(message: Message, name: str) -> list[str]:
    """The values of a header as they stand, bytes beyond ASCII as half characters."""
    return [str(value) for found, value in message.raw_items() if found.lower() == name.lower()]


def mailboxes(lines: list[str], most: int) -> list[tuple[str, str]]:
    """Names and normal addresses of header lines; what is no address is left out."""
    found: list[tuple[str, str]] = []
    for line in lines[:most]:
        for name, address in _pairs(_unfolded(str(line))[:LONGEST_LINE]):
            normal = usable_address(address)
            if normal:
                found.append((clean(decoded(name)).strip()[:200], normal))
            if len(found) >= most:
                return found
    return found


def _pairs(line: str) -> list[tuple[str, str]]:
    """What the standard library reads; it recurses into brackets in brackets, of which no honest line has many."""
    try:
        return getaddresses([line])
    except (RecursionError, ValueError, IndexError, AttributeError):
        return [("", found[0]) for found in BARE_ADDRESS.finditer(line)]


def usable_address(text: str) -> str:
    """The normal form of an address; empty for what is none."""
    address = decoded(text).strip().strip("<>").strip()
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or ascii_domain(address) is None:
        return ""
    if not address.isprintable():
        return ""
    return normal_address(address)


def decoded(value: str) -> str:
    """A header's value as text: encoded words decoded as far as they can be, in one line, without what nobody sees."""
    value = _unfolded(value)[:LONGEST_LINE]
    if "=?" not in value:
        return clean(_mended(value)).strip()
    words: list[str] = []
    end, held = 0, (b"", "")
    for word in ENCODED_WORD.finditer(value):
        between = value[end : word.start()]
        content, charset = _word_content(word), word["charset"].partition("*")[0].lower()
        if between.strip() or charset != held[1]:
            # a letter may be cut in two between words of one charset: their bytes are read together
            words += [text_of(*held), _mended(between) if between.strip() or not end else ""]
            held = (b"", charset)
        held, end = (held[0] + content, charset), word.end()
    return " ".join(clean("".join([*words, text_of(*held), _mended(value[end:])])).split())


def _word_content(word: re.Match[str]) -> bytes:
    """The bytes of an encoded word (RFC 2047); what is encoded badly comes as it stands."""
    text = word["text"].encode("utf-8", "surrogateescape")
    if word["way"] in "qQ":
        return binascii.a2b_qp(text.replace(b"_", b"=20"), header=True)
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4)) or text
    except (binascii.Error, ValueError):
        return text


def text_of(content: bytes, charset: str) -> str:
    """The text that bytes say, by the charset that is claimed, else by a common one; never raises."""
    for name in (charset, *COMMON_CHARSETS):
        try:
            info = codecs.lookup(name.strip().strip("\"'"))
            if info.name in CLOSED_CODECS or not getattr(info, "_is_text_encoding", True):
                continue
            return content.decode(info.name)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def clean(text: str) -> str:
    """The text without NUL and half characters, which no database takes."""
    return HALVES.sub("\ufffd", text.replace("\x00", ""))


def _parsed(raw: bytes) -> Message:
    _refuse_depth(raw)
    try:
        return email.message_from_bytes(raw, policy=POLICY)
    except (RecursionError, MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(f"Its structure cannot be read ({type(error).__name__}).") from error


def head_of(raw: bytes) -> Message:
    """The headers alone, for a mail whose structure is not read."""
    try:
        return email.parser.BytesHeaderParser(policy=POLICY).parsebytes(raw[:LONGEST_LINE])
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError):
        return Message()


def _refuse_depth(raw: bytes) -> None:
    """Parts in parts in parts cost the parser time by their square, and its stack: so many are no letter."""
    count = len(re.findall(rb"(?i)content-type:\s*(?:multipart|message)/", raw))
    if count > MOST_HOLDERS:
        raise Unreadable(f"It has {count:,} parts that hold other parts.")


def _is_shown(part: Message, kind: str) -> bool:
    return kind in SHOWN_TYPES and not _is_attached(part) and not (part.get_filename() or part.get_param("name"))


def _is_attached(part: Message) -> bool:
    return str(part.get("content-disposition", "")).strip().lower().startswith("attachment")


def _text(part: Message) -> str:
    return clean(text_of(_content(part), part.get_content_charset("") or "utf-8").replace("\r\n", "\n"))


def _content(part: Message) -> bytes:
    """The decoded content of a leaf; what claims an encoding that it does not have comes as it is."""
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError):
        found = None
    if isinstance(found, bytes):
        return found
    plain = part.get_payload()
    return plain.encode("utf-8", "surrogateescape") if isinstance(plain, str) else b""


def _file(part: Message) -> AttachedPart:
    content_id = str(part.get("content-id", "")).strip().strip("<>")[:200]
    kind = part.get_content_type()
    return AttachedPart(_name(part) or _nameless(kind), kind[:100], _content(part), clean(_mended(content_id)))


def _name(part: Message) -> str:
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, AttributeError):
        found = ""
    return clean_name(decoded(str(found))) if found else ""


def _nameless(kind: str) -> str:
    return {
        "text/plain": "text.txt",
        "text/html": "page.html",
        "text/calendar": "invitation.ics",
        "application/pgp-signature": "signature.asc",
    }.get(kind, "file")


def _forwarded(part: Message) -> bytes:
    inside = part.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):
        try:
            return inside[0].as_bytes()
        except (ValueError, LookupError, TypeError, KeyError, RecursionError, MessageError):
            return b""
    return _content(part)


def _unfolded(value: str) -> str:
    return value.replace("\r", "").replace("\n", "")


def _mended(value: str) -> str:
    """Bytes beyond ASCII that stood bare in a header, read by a common charset."""
    if not HALVES.search(value):
        return value
    return text_of(value.encode("utf-8", "surrogateescape"), "utf-8")
