"""Addresses of mail: one form to compare them in, and the refusal of anything that would end a header line."""

from __future__ import annotations

import re
import unicodedata
from functools import partial

import idna
from django.utils.translation import gettext, gettext_noop

from crm.languages.refusing import Later, refused
from crm.languages.words import in_words, translated

LONGEST_ADDRESS = 320
# nothing that ends an address of an SMTP command or of a header line
ADDRESS = re.compile(r'[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+')
MAILBOX = re.compile(r"(?P<name>.*)<(?P<address>[^<>]*)>", re.DOTALL)
BETWEEN_COMMAS = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^,"])+')
UNSEEN_CATEGORIES = {"Cc", "Cs"}
LINE_ENDS = {"\u2028", "\u2029"}


def normal_address(address: str) -> str:
    """`Mia@Exämple.COM ` -> `mia@xn--exmple-cua.com`: one form for what is one mailbox."""
    local, _, domain = address.strip().rpartition("@")
    return f"{unicodedata.normalize('NFC', local).casefold()}@{ascii_domain(address) or domain.lower()}"


def ascii_domain(address: str) -> str | None:
    """The domain of an address in the form of the name system (IDNA 2008); None where it cannot be one."""
    domain = address.strip().rpartition("@")[2].lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:
        return None


def checked_address(address: str, what: str = gettext_noop("The address")) -> str:
    """The address without blanks around it; whether there is such a mailbox, its server says.

    Raises ValidationError with a sentence.
    """
    address = one_line(address.strip(), what)
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or ascii_domain(address) is None:
        raise refused(
            "%(what)s “%(address)s” is not an e-mail address; write it like mia@example.com.",
            what=lambda: translated(what),
            address=address[:80],
        )
    return address


def read_mailbox(mailbox: str) -> tuple[str, str]:
    """Name and address of `Mia Keller <mia@example.com>`, `"Keller, Mia" <mia@example.com>` or a bare address.

    The standard library's reader makes an address of nearly anything; this one leaves what it does not know in it.
    """
    found = MAILBOX.fullmatch(mailbox.strip())
    if found is None:
        return "", mailbox.strip()
    name = found["name"].strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return name, found["address"].strip()


def read_mailboxes(line: str) -> list[tuple[str, str]]:
    """Names and addresses of a line of mailboxes between commas; a comma in quotes separates nothing."""
    return [read_mailbox(mailbox) for mailbox in BETWEEN_COMMAS.findall(line) if mailbox.strip()]


def checked_mailbox(mailbox: str, what: str) -> tuple[str, str]:
    """Name and address. Raises ValidationError with a sentence."""
    name, address = read_mailbox(one_line(mailbox.strip(), what))
    return name, checked_address(address, what)


def checked_mailboxes(line: str, what: str) -> str:
    """The line as it was given. Raises ValidationError for one address in it that is none."""
    for _, address in read_mailboxes(one_line(line, what)):
        checked_address(address, what)
    return line


def named_mailbox(name: str, address: str) -> str:
    """`"Okafor & Sons" <o@example.com>`: the name in quotes, without what a header cannot hold."""
    shown = "".join(sign for sign in " ".join(name.split()) if sign.isprintable())[:100]
    quoted = shown.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if quoted else address


def one_line(text: str, what: str) -> str:
    """The same text. Raises ValidationError where it holds a line end or another character that nobody sees."""
    if text.isprintable():  # most are, and that is asked at once
        return text
    for letter in text:
        if letter in LINE_ENDS or unicodedata.category(letter) in UNSEEN_CATEGORIES:
            raise refused(
                "%(what)s must be one line of visible characters; it holds %(name)s.",
                what=lambda: translated(what),
                name=Later(partial(_name, letter)),
            )
    return text


def ascii_address(address: str) -> str | None:
    """The address as every server takes it; None where its local part has other letters than ASCII's."""
    local = address.rpartition("@")[0]
    return f"{local}@{ascii_domain(address)}" if local.isascii() else None


def _name(letter: str) -> str:
    if letter in "\r\n\v\f\x85" or letter in LINE_ENDS:
        return gettext("a line break")
    return in_words("the character %(code)s", code=format(ord(letter), "#04x"))
