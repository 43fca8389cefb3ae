"""What hangs on a record of any app: from a record to its key, and back to the records that a person may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.http import Http404

from crm.catalogue import record_models
from crm.primary_keys import key_in

if TYPE_CHECKING:
    from crm.models import User
    from crm.models.hanging import OnRecord


def key_of(record: models.Model | None) -> dict[str, Any]:
    """`record_model`, `record_id`, `contact_id` of what is to hang on a record; nothing for none.

    Raises `KeyError` for a record on which nothing hangs (see `Catalogue.records`).
    """
    if record is None:
        return {}
    label = record._meta.label_lower
    return {
        "record_model": label,
        "record_id": record.pk,
        "contact_id": getattr(record, record_models()[label].contact_id),
    }


def text_key_of(record: models.Model) -> str:
    """`contacts.contact:17`, as a page names a record to an address that serves all kinds."""
    return f"{record._meta.label_lower}:{record.pk}"


def seen_record(user: User | None, text_key: str) -> Any:
    """The record that `contacts.contact:17` names, if the person may see it. Raises 404."""
    label, _, number = text_key.partition(":")
    key = key_in(number)
    if label not in record_models() or key is None:
        raise Http404("There is no such record.")
    rows: Any = apps.get_model(label)._default_manager
    record = rows.visible_to(user).filter(pk=key).first()
    if record is None:
        raise Http404("There is no such record.")
    return record


def records_behind(user: User | None, rows: Iterable[OnRecord]) -> dict[tuple[str, int], models.Model]:
    """The records on which these hang, as far as the person may see them; one query for each model."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.record_id is not None and row.record_model in record_models():
            wanted.setdefault(row.record_model, set()).add(row.record_id)
    found: dict[tuple[str, int], models.Model] = {}
    for label, keys in wanted.items():
        manager: Any = apps.get_model(label)._default_manager
        found |= {(label, one.pk): one for one in manager.visible_to(user).filter(pk__in=keys)}
    return found


def with_records(user: User | None, rows: Iterable[Any]) -> list[Any]:
    """The same rows, each with its `record`: None where there is none, or none that the person may see."""
    listed = list(rows)
    behind = records_behind(user, listed)
    for row in listed:
        row.record = behind.get((row.record_model, row.record_id))
    return listed
