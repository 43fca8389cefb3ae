"""The pairs as a file: by the external ids of both, the surest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Value

from analytics.models import DuplicatePair
from analytics.queries import last_run
from crm.catalogue import ExportKind
from crm.choices import Verb
from crm.exporting.streams import CannotExport, refuse_unknown, stream_rows
from crm.field_rights import hides

if TYPE_CHECKING:
    from crm.models import User

EXPRESSIONS = {
    "external_id_a": "first__external_id",
    "external_id_b": "second__external_id",
    "probability": "probability",
}


def pair_rows(user: User | None, columns: Sequence[str], as_of: dt.date | None) -> Iterator[Sequence[Any]]:
    """Pairs both of whose contacts the person may export, without those that were said not to be the same.

    Raises CannotExport where no run has looked for them, and for a day: contacts are compared as they are now.
    """
    refuse_unknown(columns, tuple(EXPRESSIONS))
    if as_of is not None:
        raise CannotExport("Contacts are compared as they are now, so there is no --as-of for duplicates.")
    if last_run("duplicates") is None:
        raise CannotExport("Nobody has looked for duplicates yet: run `manage.py analyze --only duplicates` first.")
    rows = DuplicatePair.objects.waiting().visible_to(user, Verb.EXPORT).order_by("-probability", "-pk")
    if hides(user, "contacts.contact.external_id"):
        return stream_rows(rows, dict.fromkeys(EXPRESSIONS, Value("")) | {"probability": "probability"}, columns)
    return stream_rows(rows, EXPRESSIONS, columns)


EXPORTS = (ExportKind("duplicate_pairs", "Possible duplicates", "contacts.contact", tuple(EXPRESSIONS), pair_rows),)
