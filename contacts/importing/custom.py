"""Custom fields while a file is merged: links become ids, values that must be unique are held to it."""

from __future__ import annotations

import json

from contacts.models import Contact
from crm.choices import FieldType, Verb
from crm.customfields.definitions import definitions_of
from crm.importing.merging import Merge

OTHER_RECORD = "c.external_id IS DISTINCT FROM r.{key}"
OTHER_ROW = "o.{key} <> r.{key}"


def prepare_custom(
    merge: Merge, table: str = "contacts_contact", key: str = "external_id", others: tuple[str, str] | None = None
) -> None:
    """Refuses rows whose links lead nowhere and those whose unique value another record of `table` has.

    The rows name their record's external id in `key`, or `others` says when a stored record `c` and another row `o` of
    the file are others than row `r`.
    """
    others = others or (OTHER_RECORD.format(key=key), OTHER_ROW.format(key=key))
    for spec in merge.custom:
        definition = spec.custom
        if definition is None:
            continue
        if definition.type == FieldType.CONTACT:
            _link(merge, spec.name)
        if definition.is_unique:
            _reject_taken(merge, table, spec.name, definition.key, others)


def custom_defaults(label: str) -> str:
    """JSON: what a new record of the model has where the file says nothing."""
    defaults = {one.key: one.default for one in definitions_of(label) if one.default is not None}
    return json.dumps(defaults)


def _link(merge: Merge, column: str) -> None:
    """External ids become ids of contacts that the actor may see."""
    reach = merge.changeable(Contact.objects.all(), Verb.VIEW)
    seen, parameters = (f" AND c.id IN ({reach[0]})", reach[1]) if reach else ("", [])
    found = f"SELECT 1 FROM contacts_contact c WHERE c.external_id = r.{column} #>> '{{}}'{seen}"
    merge.reject(column, "this contact is not known", f"r.{column} IS NOT NULL AND NOT EXISTS ({found})", parameters)
    merge.run(
        f"UPDATE import_rows r SET {column} = to_jsonb(c.id) FROM contacts_contact c"
        f" WHERE c.external_id = r.{column} #>> '{{}}'"
    )


def _reject_taken(merge: Merge, table: str, column: str, key: str, others: tuple[str, str]) -> None:
    """Two records with one value: the second row, or the row beside a stored record, stays out."""
    merge.reject(
        column,
        "another record has this value already, and it may be there only once",
        f"r.{column} IS NOT NULL AND (EXISTS (SELECT 1 FROM {table} c WHERE"
        f" c.custom @> jsonb_build_object(%s::text, r.{column}) AND {others[0]})"
        f" OR EXISTS (SELECT 1 FROM import_rows o WHERE o.{column} = r.{column} AND o.row_no < r.row_no"
        f" AND {others[1]}))",
        [key],
    )
