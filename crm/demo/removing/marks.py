"""What a load made: told by the row history where a table has one, else by the numbers before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model
from psycopg import sql

from crm.acting import acting, new_request_id
from crm.catalogue import past_rule
from crm.choices import Door
from crm.importing.taking_back.rules import derived_models
from crm.models import DemoLoad
from crm.past.upkeep import own_models

STAYS = frozenset({"crm.company", "crm.rowchange", "crm.demoload", "crm.heartbeat", "crm.apiuse", "crm.jobwindow"})
"""Never the demo's, whenever written: whose CRM it is, what was, and the beat of the machine."""
LAST = sql.SQL("SELECT coalesce(max(id), 0) FROM {table}")


@contextmanager
def marked_load() -> Iterator[None]:
    """All that is written inside is remembered as the demo's. To be opened in the transaction of the load."""
    before = _last_numbers()
    load = DemoLoad.objects.create(request_id=new_request_id())
    with acting(request_id=load.request_id, door=Door.COMMAND):
        yield
    after = _last_numbers()
    load.windows = {name: [before[name], last] for name, last in after.items() if last > before[name]}
    load.save(update_fields=["windows"])


def demo_is_there() -> bool:
    """Whether a demo was loaded whose rows can be told from others."""
    return DemoLoad.objects.exists()


def is_reckoned(model: type[Model]) -> bool:
    """Its rows are reckoned from others, or a second half of them: they go with what they name."""
    label = model._meta.label_lower
    return label in derived_models() or past_rule(label).rebuilt or bool(model._meta.pk.is_relation)


def without_history() -> list[type[Model]]:
    """Tables whose rows the history does not know, as far as they hold more than what is reckoned."""
    return [
        model
        for model in own_models()
        if past_rule(model._meta.label_lower).exempt
        and model._meta.label_lower not in STAYS
        and not is_reckoned(model)
        and model._meta.pk.column == "id"
        and model._meta.pk.get_internal_type() == "BigAutoField"
    ]


def _last_numbers() -> dict[str, int]:
    return {model._meta.db_table: _last(model) for model in without_history()}


def _last(model: type[Model]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(LAST.format(table=sql.Identifier(model._meta.db_table)))
        found: tuple[Any, ...] = cursor.fetchone()
    return int(found[0])
