"""Rows that name records by what our own files call them (`crm.own_ids`): they are taken for these very records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from psycopg import sql

from crm.catalogue import catalogues
from crm.choices import Verb
from crm.importing.kinds import EXTERNAL_ID
from crm.importing.merging import TAKEN
from crm.importing.staging import REJECTS, ROWS

if TYPE_CHECKING:
    from crm.importing.merging import Merge
    from crm.own_ids import OwnIds

NAMED, LENT, KEPT = "import_own_ids", "import_own_ids_lent", "import_own_ids_kept"
REFERENCE = "_external_id"
UNSEEN = "this names a record that you may not see"


@contextmanager
def own_ids_taken_up(merge: Merge, label: str) -> Iterator[None]:
    """While the rows of an import of the model `label` are merged, records of ours that they name by such an id have it
    as their external id; rows that name one which has got another meanwhile are read as that one's. A record keeps it
    where the actor may change it and a row that names it came in. Rows that name what is out of reach are refused."""
    merge.run(f"DROP TABLE IF EXISTS {LENT}")
    merge.run(f"CREATE TEMP TABLE {LENT} (word text, id bigint, field text, called text) ON COMMIT DROP")
    taken = [ids for name, ids in _columns(merge, label) if _take_up(merge, name, ids, is_own=name == EXTERNAL_ID)]
    if taken:
        merge.run(f"ANALYZE {LENT}")
    yield
    for ids in dict.fromkeys(taken):
        _settle(merge, ids)


def _columns(merge: Merge, label: str) -> Iterator[tuple[str, OwnIds]]:
    """The given columns that name records, with what they name."""
    known = {ids.word: ids for catalogue in catalogues() for ids in catalogue.own_ids}
    for spec in merge.fields:
        name = spec.name
        if spec.custom or name not in merge.given:
            continue
        if name == EXTERNAL_ID:
            yield from ((name, ids) for ids in known.values() if ids.label == label)
        elif name == "organization" or name.endswith(REFERENCE):  # of an organization, a parent, a partner
            yield name, known.get(name.removesuffix(REFERENCE), known["contact"])


def _take_up(merge: Merge, column: str, ids: OwnIds, *, is_own: bool) -> bool:
    """Whether records have such an id now that had none."""
    like = f"{ids.word}-%"
    if not merge.number(f"SELECT EXISTS (SELECT 1 FROM {ROWS} r WHERE r.{column} LIKE %s)::int", [like]):
        return False
    table = ids.model._meta.db_table
    merge.run(f"DROP TABLE IF EXISTS {NAMED}")
    merge.run(
        f"CREATE TEMP TABLE {NAMED} ON COMMIT DROP AS SELECT t.id, n.called, t.external_id FROM ("
        f"SELECT DISTINCT r.{column} AS called, substring(r.{column} FROM %s)::bigint AS id FROM {ROWS} r"
        f" WHERE r.{column} LIKE %s) n JOIN {table} t ON t.id = n.id AND n.called = {ids.called('t')}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} x WHERE x.external_id = n.called) AND {ids.named('t')}",
        [ids.pattern, like],
    )
    merge.run(f"ANALYZE {NAMED}")
    _refuse_out_of_reach(merge, column, ids, Verb.CHANGE if is_own else Verb.VIEW)
    merge.run(
        f"UPDATE {ROWS} r SET {column} = n.external_id FROM {NAMED} n"
        f" WHERE n.called = r.{column} AND n.external_id IS NOT NULL"
    )
    merge.run(
        f"INSERT INTO {LENT} SELECT %s, id, %s, called FROM {NAMED} WHERE external_id IS NULL", [ids.word, column]
    )
    return bool(
        merge.run(
            f"UPDATE {table} t SET external_id = n.called FROM {NAMED} n WHERE t.id = n.id AND n.external_id IS NULL"
        )
    )


def _refuse_out_of_reach(merge: Merge, column: str, ids: OwnIds, verb: str) -> None:
    reach = _reach(merge, ids, verb)
    if reach is None:
        return
    allowed, parameters = reach
    beyond = f"NOT EXISTS (SELECT 1 FROM ({allowed}) AS a (id) WHERE a.id = n.id)"
    named = f"EXISTS (SELECT 1 FROM {NAMED} n WHERE n.called = r.{column} AND {beyond})"
    merge.reject(column, TAKEN if verb == Verb.CHANGE else UNSEEN, named, parameters)
    merge.run(f"DELETE FROM {NAMED} n WHERE {beyond}", parameters)


def _settle(merge: Merge, ids: OwnIds) -> None:
    """Takes the id from records that the actor may not change, and from those whose rows all stayed out."""
    allowed, parameters = _reach(merge, ids, Verb.CHANGE) or ("SELECT l.id", [])
    merge.run(f"DROP TABLE IF EXISTS {KEPT}")
    merge.run(f"CREATE TEMP TABLE {KEPT} (id bigint) ON COMMIT DROP")
    merge.cursor.execute(f"SELECT DISTINCT field FROM {LENT} WHERE word = %s", [ids.word])
    for (field,) in merge.cursor.fetchall():
        merge.run(
            f"INSERT INTO {KEPT} SELECT DISTINCT l.id FROM {LENT} l JOIN {ROWS} r ON r.{field} = l.called"
            f" WHERE l.field = %s AND NOT EXISTS (SELECT 1 FROM {REJECTS} x WHERE x.row_no = r.row_no)"
            f" AND l.id IN ({allowed})",
            [field, *parameters],
        )
    merge.run(f"ANALYZE {KEPT}")
    merge.run(
        f"UPDATE {ids.model._meta.db_table} t SET external_id = NULL FROM {LENT} n"
        f" WHERE n.word = %s AND t.id = n.id AND t.external_id = n.called"
        f" AND NOT EXISTS (SELECT 1 FROM {KEPT} k WHERE k.id = n.id)",
        [ids.word],
    )
    ids.refresh(sql.SQL(f"SELECT id FROM {LENT} WHERE word = {{}}").format(ids.word))


def _reach(merge: Merge, ids: OwnIds, verb: str) -> tuple[str, list[Any]] | None:
    manager: Any = ids.model._default_manager
    return merge.changeable(manager.all(), verb)
