"""Properties of vCards out of physical lines: RFC 6350 (4.0), RFC 2426 (3.0) and the versit vCard 2.1, as programs
really write them: soft breaks of quoted-printable, pictures in BASE64, groups (`item1.TEL`), parameters without names.
"""

from __future__ import annotations

import codecs
import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm.importing.reading import MAX_CELL

BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
"""Pictures, sounds and keys are passed over: their value is empty."""
ENCODINGS = {"QUOTED-PRINTABLE": "QUOTED-PRINTABLE", "BASE64": "BASE64", "B": "BASE64"}
PROPERTY = re.compile(r"(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]+)((?:;[^:\";]*(?:\"[^\"]*\"[^:\";]*)*)*):(.*)", re.DOTALL)
PARAMETER = re.compile(r";((?:[^;\"]|\"[^\"]*\")*)")
FRAME = re.compile(r"(?:BEGIN|END):VCARD\s*$", re.IGNORECASE)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass
class Property:
    """`TEL;TYPE=work,voice:+44 …` as name, value and parameters; `line` is where it begins, `is_cut` one too long."""

    line: int
    name: str
    value: str
    parameters: dict[str, list[str]] = field(default_factory=dict)
    is_cut: bool = False

    @property
    def types(self) -> frozenset[str]:
        """`{"WORK", "VOICE"}`; names of vCard 2.1 that stand alone are among them."""
        return frozenset(part.upper() for one in self.parameters.get("TYPE", ()) for part in one.split(","))

    @property
    def preference(self) -> int:
        """1 for the one that is to be taken first, 100 for one that nothing is said of."""
        said = next(iter(self.parameters.get("PREF", ())), "")
        return int(said) if said.isdecimal() and len(said) < 4 else 1 if "PREF" in self.types else 100

    def parts(self, separator: str = ";") -> list[str]:
        """The components of a structured value, each without its escapes and trimmed."""
        found, start, at = [], 0, 0
        while at < len(self.value):
            if self.value[at] == "\\":
                at += 1
            elif self.value[at] == separator:
                found.append(self.value[start:at])
                start = at + 1
            at += 1
        return [plain(part) for part in [*found, self.value[start:]]]

    @property
    def text(self) -> str:
        """The whole value without its escapes, trimmed."""
        return plain(self.value)


def plain(text: str) -> str:
    r"""`a\, b\nc` -> `a, b` and `c` on a line of its own. Other signs behind a backslash stand for themselves."""
    return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def properties(lines: Iterable[str], encoding: str) -> Iterator[Property]:
    """The properties of physical lines, in order. A line that belongs to none is passed over, as the rest of pictures.

    `encoding` is that of the file: a property that names another (`CHARSET`) is read by that.
    """
    pending: Property | None = None
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\r\n")
        if pending is not None and _goes_on(pending, line):
            _append(pending, line)
            continue
        if pending is not None:
            yield _decoded(pending, encoding)
        pending = _begun(number, line)
    if pending is not None:
        yield _decoded(pending, encoding)


def _begun(number: int, line: str) -> Property | None:
    found = PROPERTY.fullmatch(line)
    if found is None:
        return None
    name = found[1].upper()
    return Property(number, name, "" if name in BINARY else found[3], _parameters(found[2]))


def _parameters(text: str) -> dict[str, list[str]]:
    """`;TYPE=work,voice;PREF=1` and the bare `;WORK;QUOTED-PRINTABLE` of vCard 2.1."""
    found: dict[str, list[str]] = {}
    for one in PARAMETER.findall(text):
        name, is_named, value = one.partition("=")
        if not is_named:
            name, value = ("ENCODING" if one.upper() in ENCODINGS else "TYPE"), one
        found.setdefault(name.strip().upper(), []).append(value.strip().strip('"'))
    return found


def _encoding(one: Property) -> str:
    return ENCODINGS.get(next(iter(one.parameters.get("ENCODING", ())), "").upper(), "")


def _goes_on(one: Property, line: str) -> bool:
    """A folded line, the next one of a soft break, or a further line of BASE64 that its program did not fold."""
    if _encoding(one) == "QUOTED-PRINTABLE" and one.value.endswith("="):
        return not FRAME.match(line)  # a value that is never ended does not swallow the cards behind it
    if line[:1] in (" ", "\t"):
        return True
    return one.name in BINARY and bool(line) and ":" not in line


def _append(one: Property, line: str) -> None:
    if one.name in BINARY:
        return
    if len(one.value) + len(line) > MAX_CELL:
        one.is_cut = True
    elif _encoding(one) == "QUOTED-PRINTABLE" and one.value.endswith("="):
        # some programs fold what was broken softly, too
        one.value = one.value[:-1] + (line[1:] if line[:1] in (" ", "\t") else line)
    else:
        one.value += line[1:]


def _decoded(one: Property, encoding: str) -> Property:
    """The value as text, by the encoding and the character set that the property names."""
    charset = _known(next(iter(one.parameters.get("CHARSET", ())), ""))
    if _encoding(one) == "QUOTED-PRINTABLE":
        raw = quopri.decodestring(one.value.encode(charset or "utf-8", "replace"))
        one.value = _read(raw, charset or "utf-8").replace("\r\n", "\n")
    elif charset and codecs.lookup(charset) != codecs.lookup(encoding) and not one.value.isascii():
        try:
            one.value = one.value.encode(encoding).decode(charset)
        except UnicodeError:
            return one  # what it says of itself is not true: the file's own encoding has read it
    return one


def _read(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeError:
        return raw.decode("cp1252", "replace")


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name if charset else ""
    except LookupError:
        return ""
