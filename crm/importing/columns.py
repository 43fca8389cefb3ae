"""First reading of a file: counts its rows and decides, column by column, what single texts leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from crm.importing.custom import json_parser
from crm.importing.dates import ORDER_NAMES, DateOrder, OrderVotes
from crm.importing.errors import NeedsAnswer
from crm.importing.mapping import ImportOptions, Source
from crm.importing.numbers import DecimalMark, MarkVotes
from crm.importing.tables import Chunk, Table
from crm.importing.values import Converter, Parser, Reading, ValueType, parser_for

DATES = (ValueType.DATE, ValueType.DATETIME)
NUMBERS = (ValueType.DECIMAL, ValueType.INTEGER)


@dataclass
class Survey:
    """What the first reading found: rows, and the reading of each field. `complete`: the whole file was seen."""

    rows: int = 0
    complete: bool = True
    readings: dict[str, Reading] = field(default_factory=dict)
    questions: list[NeedsAnswer] = field(default_factory=list)


def survey(
    table: Table, sources: Sequence[Source], options: ImportOptions, zone: ZoneInfo, max_rows: int | None = None
) -> Survey:
    """Reads the table (up to `max_rows`) and decides. Open questions are returned, not raised."""
    found = Survey()
    votes = {source.field.name: _votes_for(source) for source in sources}
    for chunk in table.chunks():
        found.rows += chunk.count
        for source in sources:
            _collect(votes[source.field.name], source, chunk, options)
        if max_rows is not None and found.rows >= max_rows:
            found.complete = False
            break
    trust_point = getattr(getattr(table, "dialect", None), "delimiter", ",") != ";"
    for source in sources:
        _decide(found, source, votes[source.field.name], options, zone, trust_point)
    return found


def converters_for(sources: Sequence[Source], found: Survey, options: ImportOptions) -> list[Converter]:
    """A converter for each source, in order."""
    nulls = frozenset(options.nulls)
    return [
        Converter(
            _parser(source, found.readings[source.field.name]),
            required=source.field.required,
            nulls=nulls,
            values=replacements(options, source.field.name),
        )
        for source in sources
    ]


def _parser(source: Source, reading: Reading) -> Parser:
    if source.field.custom:
        return json_parser(source.field.custom, reading)
    return parser_for(source.field.type, source.field.limits, reading)


def replacements(options: ImportOptions, name: str) -> dict[str, str]:
    """What the texts of a field are replaced by."""
    return {old: new for field_name, old, new in options.values if field_name == name}


def _votes_for(source: Source) -> OrderVotes | MarkVotes | None:
    if source.field.type in DATES:
        return OrderVotes()
    return MarkVotes() if source.field.type in NUMBERS else None


def _collect(votes: OrderVotes | MarkVotes | None, source: Source, chunk: Chunk, options: ImportOptions) -> None:
    if votes is None:
        return
    changed = replacements(options, source.field.name)
    texts = {text.strip() for text in set(source.texts(chunk.rows, chunk.numbers))}
    votes.add(changed.get(text, text) for text in texts if text and text not in options.nulls)


def _decide(
    found: Survey,
    source: Source,
    votes: OrderVotes | MarkVotes | None,
    options: ImportOptions,
    zone: ZoneInfo,
    trust_point: bool,
) -> None:
    mark, order = DecimalMark.POINT, DateOrder.NONE
    if isinstance(votes, MarkVotes):
        mark = _mark(found, source, votes, options, trust_point)
    elif isinstance(votes, OrderVotes):
        order = _order(found, source, votes, options)
    found.readings[source.field.name] = Reading(mark, order, zone)


def _mark(found: Survey, source: Source, votes: MarkVotes, options: ImportOptions, trust_point: bool) -> DecimalMark:
    mark = votes.decide(trust_point=trust_point)
    if mark is not DecimalMark.OPEN:
        return mark
    if options.decimal is not None:
        return options.decimal
    if votes.is_mostly_open and source.field.type is not ValueType.INTEGER:
        what = (
            f"The numbers of the column “{source.label}” can be read in two ways: 1,234 is a thousand or a bit more "
            "than one. Say whether the decimal mark is a point or a comma."
        )
        found.questions.append(NeedsAnswer(what, "(--decimal point, or --decimal comma)", "decimal", source.label))
    return mark


def _order(found: Survey, source: Source, votes: OrderVotes, options: ImportOptions) -> DateOrder:
    order = votes.decide(options.date_order)
    if order is not None:
        return order
    what = (
        f"The dates of the column “{source.label}” (such as {votes.example}) can be {ORDER_NAMES[DateOrder.DMY]} or "
        f"{ORDER_NAMES[DateOrder.MDY]}: no date in it decides. Say which it is."
    )
    found.questions.append(NeedsAnswer(what, "(--date-order dmy, or --date-order mdy)", "date_order", source.label))
    return DateOrder.MIXED
