"""Which column feeds which field: as asked, and by the names of the columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from crm.importing.dates import DateOrder
from crm.importing.dialects import fold_name
from crm.importing.errors import UnreadableFile
from crm.importing.kinds import EXTERNAL_ID, ImportField, ImportKind
from crm.importing.numbers import DecimalMark
from crm.importing.rejects import REASON_COLUMNS
from crm.importing.tables import ReadOptions, Row

ROW_NUMBER = "#row"
BOTH = "both"
MOST_TOLD = 40
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class ImportOptions:
    """All that a person says about an import. `map` holds (column, field) pairs; one column may feed many fields.

    `automatic`: columns named like a field are mapped by themselves. `values` holds (field, from, to). `custom` holds
    (column, type) pairs of columns that become custom fields: `*` for all that feed nothing, an empty type where it is
    to be guessed; `late` names columns of custom fields that are filled in after the fact. `match` is by what a row is
    known to be a record that is there, `write` whether new ones are made, known ones changed, or both.
    """

    map: tuple[tuple[str, str], ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: tuple[tuple[str, str, str], ...] = ()
    nulls: tuple[str, ...] = ()
    custom: tuple[tuple[str, str], ...] = ()
    late: tuple[str, ...] = ()
    automatic: bool = True
    date_order: DateOrder | None = None
    decimal: DecimalMark | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    match: str = EXTERNAL_ID
    write: str = BOTH

    @property
    def way_of_reading(self) -> tuple[str | bool | None, ...]:
        """What decides which columns a file has."""
        return self.encoding, self.delimiter, self.header, self.sheet

    def reading(self, kind: ImportKind) -> ReadOptions:
        """What the reader needs to know."""
        known = frozenset(kind.known_names) | {fold_name(column) for column, _ in self.map}
        return ReadOptions(self.encoding, self.delimiter, self.header, self.sheet, known)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, for a job's row."""
        return {
            "map": [list(pair) for pair in self.map],
            "templates": dict(self.templates),
            "constants": dict(self.constants),
            "values": [list(triple) for triple in self.values],
            "nulls": list(self.nulls),
            "custom": [list(pair) for pair in self.custom],
            "late": list(self.late),
            "automatic": self.automatic,
            "date_order": self.date_order,
            "decimal": self.decimal,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "header": self.header,
            "sheet": self.sheet,
            "match": self.match,
            "write": self.write,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> ImportOptions:
        options = cls(**{name: value for name, value in stored.items() if name in cls.__dataclass_fields__})
        return replace(
            options,
            map=tuple((column, name) for column, name in options.map),
            values=tuple((name, old, new) for name, old, new in options.values),
            nulls=tuple(options.nulls),
            custom=tuple((column, name) for column, name in options.custom),
            late=tuple(options.late),
            date_order=DateOrder(options.date_order) if options.date_order else None,
            decimal=DecimalMark(options.decimal) if options.decimal else None,
        )


def over(kept: ImportOptions, said: ImportOptions, *, match: str | None, write: str | None) -> ImportOptions:
    """Kept options with what is said now above them: a field, or a column's custom field, is fed as it is said."""
    fields = {name for _, name in said.map} | said.templates.keys() | said.constants.keys()
    columns = {column for column, _ in said.custom} | {column for column, _ in said.map}
    return replace(
        kept,
        map=(*(pair for pair in kept.map if pair[1] not in fields), *said.map),
        templates={**{k: v for k, v in kept.templates.items() if k not in fields}, **said.templates},
        constants={**{k: v for k, v in kept.constants.items() if k not in fields}, **said.constants},
        values=(*kept.values, *said.values),
        nulls=(*kept.nulls, *said.nulls),
        custom=(*(pair for pair in kept.custom if pair[0] not in columns), *said.custom),
        late=(*kept.late, *(column for column in said.late if column not in kept.late)),
        date_order=said.date_order or kept.date_order,
        decimal=said.decimal or kept.decimal,
        encoding=said.encoding or kept.encoding,
        delimiter=said.delimiter or kept.delimiter,
        header=kept.header if said.header is None else said.header,
        sheet=said.sheet or kept.sheet,
        match=match or kept.match,
        write=write or kept.write,
    )


@dataclass(frozen=True)
class Source:
    """Where the values of a field come from. `label` is the name to show for a fault: the column's, or the field's."""

    field: ImportField
    label: str
    column: int | None = None
    constant: str | None = None
    template: tuple[tuple[str, int | None], ...] = ()

    def texts(self, rows: Sequence[Row], numbers: Sequence[int]) -> list[str]:
        """The texts of the field for these rows."""
        if self.constant is not None:
            return [self.constant] * len(rows)
        if self.template:
            return [fill_template(self.template, row) for row in rows]
        if self.column is None:
            return [str(number) for number in numbers]
        column = self.column
        return [row[column] for row in rows]


def fill_template(parts: Sequence[tuple[str, int | None]], row: Row) -> str:
    """The template with the cells of a row; blanks left by empty cells close up; empty when all cells are."""
    cells = [row[column].strip() for _, column in parts if column is not None]
    if not any(cells):
        return ""
    text = "".join(literal + ("" if column is None else row[column].strip()) for literal, column in parts)
    return " ".join(text.split())


def resolve_sources(kind: ImportKind, options: ImportOptions, columns: Sequence[str]) -> list[Source]:
    """Sources of all fields that are fed, in the order of their columns. Raises UnreadableFile for names that are not
    there and for fields that are needed and not fed."""
    sources: dict[str, Source] = {}
    for column, name in options.map:
        _add(sources, _column_source(field_named(kind, name), column, columns))
    for name, template in options.templates.items():
        spec = field_named(kind, name)
        _add(sources, Source(spec, name, template=parse_template(template, columns)))
    for name, text in options.constants.items():
        _add(sources, Source(field_named(kind, name), name, constant=text))
    if options.automatic:
        for position, column in enumerate(columns):
            named = kind.by_name.get(fold_name(column))
            if named and named.name not in sources:
                sources[named.name] = Source(named, column, column=position)
    for name, _, _ in options.values:
        field_named(kind, name)
    _check_required(kind, sources, columns)
    last = len(columns)
    return sorted(sources.values(), key=lambda source: last if source.column is None else source.column)


def guess_map(kind: ImportKind, columns: Sequence[str]) -> dict[str, str]:
    """Field names by column, guessed from the columns' names; each field once."""
    guessed: dict[str, str] = {}
    for column in columns:
        name = kind.known_names.get(fold_name(column))
        if name and name not in guessed.values():
            guessed[column] = name
    return guessed


def field_named(kind: ImportKind, name: str) -> ImportField:
    spec = kind.by_name.get(name) or kind.by_name.get(fold_name(name))
    if spec is None:
        names = ", ".join(kind.by_name)
        raise UnreadableFile(
            f"{kind.label} have no field “{name}”.{_meant(name, kind.by_name)} The fields are: {names}."
        )
    return spec


def column_named(name: str, columns: Sequence[str]) -> int:
    """The position of a column by its name; case and blanks do not matter where that is clear."""
    if name in columns:
        return columns.index(name)
    found = [position for position, column in enumerate(columns) if fold_name(column) == fold_name(name)]
    if len(found) == 1:
        return found[0]
    shown = ", ".join(columns[:40]) + (" …" if len(columns) > 40 else "")
    raise UnreadableFile(f"The file has no column “{name}”.{_meant(name, columns)} Its columns are: {shown}.")


def parse_template(template: str, columns: Sequence[str]) -> tuple[tuple[str, int | None], ...]:
    """`{col a} {col b}` as (text before, column) pairs; the last pair has no column."""
    parts: list[tuple[str, int | None]] = []
    end = 0
    for match in _PLACE.finditer(template):
        parts.append((template[end : match.start()], column_named(match[1].strip(), columns)))
        end = match.end()
    if not parts:
        raise UnreadableFile(f"The template “{template}” names no column; write it like “{{street}} {{number}}”.")
    return (*parts, (template[end:], None))


def split_pair(text: str, option: str, example: str) -> tuple[str, str]:
    """`left=right`, split at the last `=`. Raises UnreadableFile with the example."""
    left, sign, right = text.rpartition("=")
    if not sign or not left.strip():
        raise UnreadableFile(f"{option} {text}: write it like {option} {example}.")
    return left.strip(), right.strip()


def _column_source(spec: ImportField, column: str, columns: Sequence[str]) -> Source:
    if column == ROW_NUMBER:
        return Source(spec, ROW_NUMBER)
    position = column_named(column, columns)
    return Source(spec, columns[position], column=position)


def _add(sources: dict[str, Source], source: Source) -> None:
    name = source.field.name
    if name in sources:
        raise UnreadableFile(f"The field “{name}” is fed twice, by “{sources[name].label}” and by “{source.label}”.")
    sources[name] = source


def _check_required(kind: ImportKind, sources: Mapping[str, Source], columns: Sequence[str]) -> None:
    missing = [spec.name for spec in kind.fields if spec.required and spec.name not in sources]
    if missing:
        shown = ", ".join(columns[:20]) + (" …" if len(columns) > 20 else "")
        other = " Or choose under “Who is there already” by what else they are known." if kind.matches else ""
        raise UnreadableFile(
            f"No column feeds {' and '.join(f'“{kind.by_name[name].label}”' for name in missing)}, "
            f"which {kind.label.lower()} need. The columns are: {shown}.{other}",
            f"Say which it is with --map {_looks_like(kind, missing[0], columns)}={missing[0]}."
            f"{told_columns(kind, unused_columns(columns, sources.values()))}",
        )


def unused_columns(columns: Sequence[str], sources: Iterable[Source]) -> list[str]:
    """The columns that feed no field."""
    used: set[int | None] = set()
    for source in sources:
        used |= {source.column, *(column for _, column in source.template)}
    return [name for place, name in enumerate(columns) if place not in used and name not in REASON_COLUMNS]


def told_columns(kind: ImportKind, unused: Sequence[str]) -> str:
    """Of the columns that no field is called like: what the wizard would take them for, and those that say nothing to
    it. Sentences for a command line; empty where all are used."""
    guessed = guess_map(kind, unused)
    unknown = [column for column in unused if column not in guessed][:MOST_TOLD]
    maps = " ".join(f"--map {_as_word(column)}={name}" for column, name in list(guessed.items())[:MOST_TOLD])
    said = f" By their names others would be: {maps}." if guessed else ""
    return f"{said} No field is known for: {', '.join(unknown)}." if unknown else said


def _looks_like(kind: ImportKind, name: str, columns: Sequence[str]) -> str:
    """The column that the wizard would offer for a field, as a command takes it."""
    return _as_word(next((one for one in columns if kind.known_names.get(fold_name(one)) == name), "COLUMN"))


def _as_word(column: str) -> str:
    return f'"{column}"' if " " in column else column


def _meant(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, list(names), n=1)
    return f" Did you mean “{close[0]}”?" if close else ""
