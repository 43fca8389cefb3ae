"""A look is written down when the page has left: one statement, and none for the second look of a process that day."""

from __future__ import annotations

import datetime as dt
import logging
from collections import OrderedDict

from django.db import DatabaseError, connection
from django.utils import timezone

from crm.afterwards import Answer, afterwards
from crm.company import company_today
from crm.models import User

logger = logging.getLogger(__name__)
REMEMBERED = 20_000
NOTE_SQL = """
INSERT INTO contacts_contactlook (contact_id, user_id, token_id, day, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (contact_id, user_id, token_id, day) DO NOTHING
"""
# of this process, so that a page that is loaded again costs nothing
_noted: OrderedDict[tuple[int, int, int, dt.date], None] = OrderedDict()


def looked_at(response: Answer, *, contact_id: int, user: User, token_id: int = 0) -> Answer:
    """The answer, which writes down when it has left that this person looked at the contact today. A database that is
    away costs the note and nothing else."""
    key, moment = (contact_id, user.pk, token_id, company_today()), timezone.now()
    if key in _noted:
        return response

    def note() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(NOTE_SQL, [*key, moment])
        except DatabaseError:
            logger.warning("A look at contact %s could not be written down.", contact_id, exc_info=True)
            return
        _noted[key] = None
        while len(_noted) > REMEMBERED:
            _noted.popitem(last=False)

    return afterwards(response, note)


def forget_noted() -> None:
    """For tests: their tables are emptied while the process lives on."""
    _noted.clear()
