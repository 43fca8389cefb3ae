"""Many tasks at once: a task each about some records, by one INSERT and one row of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from crm.agenda.timing import zone_of
from crm.hanging import key_of
from crm.log import log
from crm.models import Task
from crm.templatetags.figures import plural

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import User


@transaction.atomic
def give_tasks(given: Sequence[tuple[Model, User]], *, fields: Mapping[str, Any], about: str) -> int:
    """A whole-day task of these fields about each record, for the person beside it, by the system; how many. `about`
    says in the log what they come of."""
    rows = [Task(**fields, owner=owner, zone=zone_of(owner).key, **key_of(record)) for record, owner in given]
    Task.objects.bulk_create(rows, batch_size=1_000)
    if rows:
        log(actor=None, verb="create", kind=Task, summary=f"{plural(len(rows), 'task')} of the {about}")
    return len(rows)
