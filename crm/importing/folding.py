"""Rows of one file that are the same record become one: later texts win, empty cells take nothing away."""

from __future__ import annotations

from collections.abc import Sequence

from crm.importing.kinds import ImportField
from crm.importing.merging import Merge
from crm.importing.staging import ROWS

RECORDS = "import_records"


def fold_rows(
    merge: Merge,
    fields: Sequence[ImportField],
    key: Sequence[str],
    *,
    table: str = ROWS,
    wrapped: str = "SELECT * FROM ({folded}) f",
    unique: bool = False,
    derived: Sequence[str] = (),
) -> None:
    """Makes the temporary table of records from `table`: a row for each `key`, with `first_row`, `row_count`, fields.

    `wrapped` is a SELECT around the folded rows (`{folded}`, as `f`) that adds columns. `unique`: no key comes
    twice. `derived` names fields that stand in the table though the file does not feed them.
    """
    keys = ", ".join(key)
    merge.run(f"DROP TABLE IF EXISTS {RECORDS}")
    repeated = not unique and merge.number(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1) s"
    )
    names = [spec for spec in fields if spec.name not in key]
    if repeated:
        columns = [
            _last(spec) if spec.name in merge.given or spec.name in derived else _nothing(spec) for spec in names
        ]
        head, tail = f"{keys}, min(row_no) AS first_row, count(*) AS row_count", f" GROUP BY {keys}"
    else:
        columns = [spec.name for spec in names]
        head, tail = f"{keys}, row_no AS first_row, 1::bigint AS row_count", ""
    folded = f"SELECT {', '.join([head, *columns])} FROM {table}{tail}"
    merge.run(f"CREATE TEMP TABLE {RECORDS} ON COMMIT DROP AS {wrapped.format(folded=folded)}")
    merge.run(f"ANALYZE {RECORDS} ({keys}, first_row)")


def count_records(merge: Merge) -> None:
    """Counts rows by what became of their record (`is_new`, `is_changed`): the first row of a new record is created;
    further rows of a record that was made or changed are updates of it."""
    merge.cursor.execute(
        f"SELECT count(*) FILTER (WHERE is_new), coalesce(sum(CASE WHEN is_new THEN row_count - 1 "
        f"WHEN is_changed THEN row_count ELSE 0 END), 0)::bigint, "
        f"coalesce(sum(row_count) FILTER (WHERE NOT is_new AND NOT is_changed), 0)::bigint FROM {RECORDS}"
    )
    created, updated, unchanged = merge.cursor.fetchone()
    merge.counts.created += created
    merge.counts.updated += updated
    merge.counts.unchanged += unchanged


def _last(spec: ImportField) -> str:
    """The last value that is given; an array goes through text, as array_agg would nest it."""
    value = f"{spec.name}::text" if spec.postgres_type.endswith("[]") else spec.name
    values = f"array_agg({value} ORDER BY row_no DESC) FILTER (WHERE {spec.name} IS NOT NULL)"
    return f"(({values})[1])::{spec.postgres_type} AS {spec.name}"


def _nothing(spec: ImportField) -> str:
    return f"NULL::{spec.postgres_type} AS {spec.name}"
