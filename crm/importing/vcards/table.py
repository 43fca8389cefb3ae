"""A file of vCards as a table: a card a row, read as a stream, whatever their number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crm.importing.errors import RowFault, UnreadableFile, storable
from crm.importing.lines import line_blocks
from crm.importing.tables import Chunk, ChunkBuilder, Row
from crm.importing.vcards.cards import COLUMNS, Card, cells_of
from crm.importing.vcards.properties import Property, properties
from crm.templatetags.figures import plural

CHUNK_CARDS = 5_000
MAX_PROPERTIES = 5_000
CUT_OFF = "this card is cut off: its END:VCARD is missing"
GROUP = "this card is a list of others, not a person or an organization"
NOTHING = "there is neither a name nor an address nor a number in this card"
SAYS_WHO = ("FN", "N", "ORG", "NICKNAME", "EMAIL", "TEL")
TOO_LARGE = "this card says more than a record can hold"


class VCardTable:
    """A file of vCards. Its columns are those of `COLUMNS` that a card of it says something of."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.path = path
        self.encoding = encoding
        self.cards, self.pictures = 0, 0
        self.versions: dict[str, None] = {}
        said: set[str] = set()
        for card, reason in self._cards():
            self.cards += 1
            self.pictures += card.has_picture
            self.versions.update(dict.fromkeys([card.first("VERSION")] if card.first("VERSION") else []))
            said.update(cells_of(card) if not reason else ())
        if not self.cards:
            raise UnreadableFile("The file starts like vCards, but there is no card in it.")
        self.columns = tuple(name for name in COLUMNS if name in said) or ("external_id",)

    @property
    def description(self) -> str:
        """`2 vCards (3.0), utf-8; the pictures of 1 are left out`."""
        versions = f" ({', '.join(self.versions)})" if self.versions else ""
        left_out = f"; the pictures of {self.pictures:,} are left out" if self.pictures else ""
        return f"{plural(self.cards, 'vCard')}{versions}, {self.encoding.removesuffix('-sig')}{left_out}"

    def chunks(self) -> Iterator[Chunk]:
        builder = ChunkBuilder(self.columns)
        numbers: list[int] = []
        rows: list[Row] = []
        faults: list[RowFault] = []
        for card, reason in self._cards():
            cells = cells_of(card)
            row = [storable(cells.get(name, "")) for name in self.columns]
            if reason:
                faults.append(RowFault(0, card.line, "", reason, tuple(row)))
            else:
                numbers.append(card.line)
                rows.append(row)
            if len(rows) + len(faults) >= CHUNK_CARDS:
                yield builder.build(numbers, rows, faults)
                numbers, rows, faults = [], [], []
        yield builder.build(numbers, rows, faults)

    def _cards(self) -> Iterator[tuple[Card, str]]:
        """Each card, and why it cannot be used, where it cannot. A card within a card (AGENT) is passed over."""
        card: Card | None = None
        inner, fault = 0, ""
        for one in self._properties():
            if _is(one, "BEGIN"):
                if card is not None and card.properties and card.properties[-1].name == "AGENT":
                    inner += 1
                    continue
                if card is not None:
                    yield card, CUT_OFF
                card, inner, fault = Card(one.line), 0, ""
            elif card is None:
                continue
            elif _is(one, "END"):
                if inner:
                    inner -= 1
                    continue
                yield card, fault or _fault(card)
                card = None
            elif not inner:
                if one.is_cut or len(card.properties) >= MAX_PROPERTIES:
                    fault = TOO_LARGE
                else:
                    card.properties.append(one)
        if card is not None:
            yield card, CUT_OFF

    def _properties(self) -> Iterator[Property]:
        lines = (line for block in line_blocks(self.path, self.encoding) for line in block)
        return properties(lines, self.encoding)


def _fault(card: Card) -> str:
    """Why a whole card cannot be used; empty where it can."""
    if card.first("KIND").lower() in ("group", "location"):
        return GROUP
    return "" if any(card.first(name).strip("; ") for name in SAYS_WHO) else NOTHING


def _is(one: Property, name: str) -> bool:
    return one.name == name and one.value.strip().upper() == "VCARD"
