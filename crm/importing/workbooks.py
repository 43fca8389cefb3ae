"""An Excel workbook as a stream of cells: its texts wait in a file of their own, and of a sheet one row is held.

openpyxl reads what it is good at: the parts, the formats of numbers, a cell. Its own read-only way holds every text of
the workbook in memory and reads a sheet without a stated size once more as a whole.
"""

from __future__ import annotations

import mmap
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, Protocol

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS, WORKSHEET_TYPE
from openpyxl.xml.functions import iterparse

from crm.importing.encodings import NO_RESULT
from crm.importing.errors import UnreadableFile
from crm.importing.reading import MAX_CELL

ROW = f"{{{SHEET_MAIN_NS}}}row"
TEXT = f"{{{SHEET_MAIN_NS}}}t"
RUN = f"{{{SHEET_MAIN_NS}}}r"
FORMULA = f"{{{SHEET_MAIN_NS}}}f"
MOST_TEXTS = 40_000_000
MAX_RUN = 16 * MAX_CELL
"""Bytes without a mark that are read; a text as long as that is above MAX_CELL in any encoding."""
MOST_BYTES = 40 << 20
"""Of a row, or of a text with its runs: one cell that is cut at MAX_RUN, and many others."""
MANIFEST = "[Content_Types].xml"
STREAMED = ("xl/worksheets/sheet", "xl/sharedStrings.xml")
"""How parts are called that are read as a stream; nothing else that openpyxl reads is called so."""
MOST_PARTS = 200_000
"""Elements within a row, or a text: a row of the last column has 16,384 cells with a few each."""


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


class Sheet(NamedTuple):
    """A sheet and where it stands in the archive."""

    title: str
    path: str
    is_hidden: bool = False


class Texts:
    """The texts that the cells of a workbook share, by their number, in a file that nobody else sees."""

    def __init__(self, source: Readable | None) -> None:
        self.file = tempfile.TemporaryFile(prefix="crm-texts-")  # noqa: SIM115 - it ends with us
        self.ends = array("Q", [0])
        self.view: mmap.mmap | None = None
        if source is not None:
            self._read(source)

    def _read(self, source: Readable) -> None:
        """Raises UnreadableFile for more texts than all cells of a large sheet have."""
        end = 0
        for item in whole_elements(source, 1):
            text = _text_of(item).encode("utf-8", "surrogatepass")
            end += len(text)
            self.file.write(text)
            self.ends.append(end)
            if len(self.ends) > MOST_TEXTS:
                raise UnreadableFile("The workbook holds more texts than can be read. Save the sheet as CSV.")
        self.file.flush()
        if end:
            self.view = mmap.mmap(self.file.fileno(), end, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self):
            raise ValueError(f"There is no text {number}.")
        start, end = self.ends[number], self.ends[number + 1]
        return self.view[start:end].decode("utf-8", "surrogatepass") if self.view is not None and start < end else ""


class Book(ExcelReader):
    """A workbook that is open for reading; `texts` are those that were read from it before."""

    def __init__(self, stream: IO[bytes], texts: Texts | None = None) -> None:
        self.texts = texts
        super().__init__(stream, read_only=True, keep_vba=False, data_only=True, keep_links=False)
        self.sheets: list[Sheet] = []
        self.read()

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if self.texts is None and part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.texts = Texts(ShortRuns(source))
        if self.texts is None:
            self.texts = Texts(None)
        self.shared_strings: Any = self.texts

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if relation.target in self.valid_files and "chartsheet" not in relation.Type:
                self.sheets.append(Sheet(sheet.name, relation.target, sheet.state in ("hidden", "veryHidden")))

    def rows(self, source: Readable) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """(number, cells as openpyxl reads them) of each row of a sheet's XML."""
        book: Any = self.wb
        parser = WorkSheetParser(
            source,
            self.shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for row in whole_elements(source, 2):
            if row.tag == ROW:
                number, cells = parser.parse_row(row)
                for cell, element in zip(cells, row, strict=True):
                    if cell["value"] is None and element.find(FORMULA) is not None and element.get("t", "n") != "str":
                        cell["value"] = NO_RESULT  # an empty text is a result, no number is none
                yield number, cells
                parser.row_dimensions.clear()

    def close(self) -> None:
        """Let go of the archive; the texts stay for who reads it again, and their file ends with them."""
        self.archive.close()


class ShortRuns:
    """The XML of a part, in which a text of more than MAX_RUN bytes is cut: still too long, and quickly read."""

    def __init__(self, source: Readable) -> None:
        self.source = source
        self.run = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none only at the end."""
        while block := self.source.read(size):
            mark = block.find(b"<")
            kept = block
            if self.run > MAX_RUN:
                kept = block[mark:] if mark >= 0 else b""
            elif self.run + len(block) > MAX_RUN and mark < 0:
                kept = block[: safe_cut(block)]
            self.run = len(block) - 1 - block.rfind(b"<") if mark >= 0 else self.run + len(block)
            if kept:
                return kept
        return b""


def safe_cut(block: bytes) -> int:
    """A place in a text of XML where neither a character nor an entity (`&amp;`) is cut in two."""
    for place in range(len(block) - 1, 16, -1):
        if block[place] & 0xC0 != 0x80 and b"&" not in block[place - 16 : place].rpartition(b";")[2]:
            return place
    return len(block)


class Measured:
    """XML that is refused where a row or text of it is longer than any; `begin` says that another one begins."""

    def __init__(self, source: Readable) -> None:
        self.source = source
        self.size = 0

    def begin(self) -> None:
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Raises UnreadableFile."""
        block = self.source.read(size)
        self.size += len(block)
        if self.size > MOST_BYTES:
            raise UnreadableFile("A row of the workbook is longer than any can be. Save the sheet as CSV.")
        return block


def streamed_parts(archive: zipfile.ZipFile, largest: int) -> set[str]:
    """The parts that are read as sheets or shared texts, and as nothing else; none where that is not said. Raises
    UnreadableFile where what says it is larger than that."""
    if MANIFEST not in archive.namelist():
        return set()
    if archive.getinfo(MANIFEST).file_size > largest:
        raise UnreadableFile("Unpacked, this workbook is too large to be read. Save the sheet as CSV and import that.")
    kinds: dict[str, set[str]] = {}
    with archive.open(MANIFEST) as source:
        try:
            for part in whole_elements(source, 1):
                name = part.get("PartName", "").removeprefix("/")
                kinds.setdefault(name, set()).add(part.get("ContentType", ""))
        except SyntaxError:
            return set()  # who opens it says that it is broken
    wanted = ({WORKSHEET_TYPE}, {SHARED_STRINGS})
    return {name for name, said in kinds.items() if name.startswith(STREAMED) and said in wanted}


def whole_elements(source: Readable, depth: int) -> Iterator[Any]:
    """The elements that stand so deep in a document (its root is 0), each whole and forgotten once it was given. Raises
    UnreadableFile for one of more parts than it can have."""
    open_ones: list[Any] = []
    parts = 0
    measured = Measured(source)
    for event, element in iterparse(measured, ("start", "end")):
        if event == "start":
            open_ones.append(element)
            parts += 1
            if parts > MOST_PARTS:
                raise UnreadableFile("A row of the workbook has more parts than it can have. Save the sheet as CSV.")
            continue
        open_ones.pop()
        if len(open_ones) == depth:
            yield element
        if len(open_ones) <= depth:
            parts = 0
            measured.begin()
            if open_ones:
                open_ones[-1].clear()


def _text_of(item: Any) -> str:
    """The text of an item, or of its runs; how it is to be spoken is none. As openpyxl has it, an underscore that Excel
    escaped is one again."""
    parts = [one for one in item if one.tag in (TEXT, RUN)]
    texts = [one.text if one.tag == TEXT else one.findtext(TEXT) for one in parts]
    return "".join(text for text in texts if text).replace("x005F_", "")
