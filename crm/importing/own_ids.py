"""Rows that name records by what our own files call them (`crm.own_ids`): they are taken for these very records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from crm.catalogue import catalogues
from crm.importing.staging import ROWS

if TYPE_CHECKING:
    from crm.importing.merging import Merge
    from crm.own_ids import OwnIds

NAMED = "import_own_ids"
NAMES = ("external_id", "organization")


def take_up_own_ids(merge: Merge) -> None:
    """Records of ours that the rows name by such an id have it as their external id from then on; rows that name one
    which has got another meanwhile are read as that one's. Whether the actor may touch them is asked as ever."""
    known = [one for catalogue in catalogues() for one in catalogue.own_ids]
    for spec in merge.fields:
        if spec.name in merge.given and not spec.custom and (spec.name in NAMES or spec.name.endswith("_external_id")):
            for ids in known:
                _take_up(merge, spec.name, ids)


def _take_up(merge: Merge, column: str, ids: OwnIds) -> None:
    like = f"{ids.word}-%"
    if not merge.number(f"SELECT EXISTS (SELECT 1 FROM {ROWS} r WHERE r.{column} LIKE %s)::int", [like]):
        return
    table = ids.model._meta.db_table
    merge.run(f"DROP TABLE IF EXISTS {NAMED}")
    merge.run(
        f"CREATE TEMP TABLE {NAMED} ON COMMIT DROP AS SELECT t.id, n.called, t.external_id FROM ("
        f"SELECT DISTINCT r.{column} AS called, substring(r.{column} FROM %s)::bigint AS id FROM {ROWS} r"
        f" WHERE r.{column} LIKE %s) n JOIN {table} t ON t.id = n.id AND n.called = {ids.called('t')}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} x WHERE x.external_id = n.called)",
        [ids.pattern, like],
    )
    merge.run(f"ANALYZE {NAMED}")
    merge.run(
        f"UPDATE {ROWS} r SET {column} = n.external_id FROM {NAMED} n"
        f" WHERE n.called = r.{column} AND n.external_id IS NOT NULL"
    )
    taken = merge.run(
        f"UPDATE {table} t SET external_id = n.called FROM {NAMED} n WHERE t.id = n.id AND n.external_id IS NULL"
    )
    if taken:
        ids.refresh(sql.SQL(f"SELECT id FROM {NAMED} WHERE external_id IS NULL"))
