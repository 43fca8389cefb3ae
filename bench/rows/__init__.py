"""The rows of the table, by name. A row is a function that takes the world and yields lines."""

from collections.abc import Callable, Iterator

from bench.measuring import Line
from bench.rows import (
    analysis,
    api,
    bulk,
    churn,
    clv,
    duplicates,
    export,
    feedback,
    importing,
    intake,
    knowledge,
    leads,
    lists,
    mails,
    people,
    pipeline,
    quotes,
    record,
    rfm,
    search,
    tickets,
)
from bench.world import World

ROWS: dict[str, Callable[[World], Iterator[Line]]] = {
    "list": lists.measure,
    "search": search.measure,
    "record": record.measure,
    "api": api.measure,
    "rfm": rfm.measure,
    "satisfaction": feedback.measure,
    "nightly": analysis.measure,
    "clv": clv.measure,
    "churn": churn.measure,
    "duplicates": duplicates.measure,
    "export": export.measure,
    "bulk": bulk.measure,
    "import": importing.measure,
    "board": pipeline.measure,
    "forecast": pipeline.measure_forecast,
    "quote": quotes.measure,
    "leads": leads.measure,
    "knowledge": knowledge.measure,
    "mail": mails.measure,
    "intake": intake.measure,
    "people": people.measure,
    "tickets": tickets.measure,
}
