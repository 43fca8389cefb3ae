"""Who takes a mail: the apps above, asked in the order of `settings.CRM_MAIL_TAKERS`; the first that takes it has it.

A taker is a function of a `Letter` that returns what it made of it (`TakenAs`), or None where it is not for it. It runs
in the transaction in which the mail is done, so that both are there or neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from crm.incoming.choices import MailPurpose, Nature
from crm.incoming.threads import is_colleague, is_recipient
from crm.models import IncomingMail, OutgoingMail

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.incoming.reading import ReadMail

FLOOD = 50  # mails of one sender within an hour; those after it are kept, and nothing is made of them
FLOOD_WITHIN = dt.timedelta(hours=1)


@dataclass(frozen=True)
class TakenAs:
    """What a taker made: the outcome, the record (an interaction, say), and the record that the mail hangs on with the
    contact that it is about."""

    outcome: str
    made: Model
    hangs_on: Model
    contact_id: int | None = None


@dataclass(frozen=True)
class Letter:
    """A mail of a person, ready to be taken.

    `names` is the mail of ours that it says it answers. That proves nothing yet: `answers` is it only where it had
    gone to who writes now; an app may know more addresses of that person. Who a mail says it is from is never a proof
    of who wrote it: nothing may be shown, changed or done in that person's name.
    """

    mail: IncomingMail
    read: ReadMail
    nature: str
    names: OutgoingMail | None = None

    @property
    def sender(self) -> str:
        """The address that it says it is from, in its normal form; empty where there is none."""
        return self.mail.from_address

    @property
    def moment(self) -> dt.datetime:
        """When it was written, never later than it came."""
        return self.mail.sent_at or self.mail.received_at

    @property
    def is_enquiry(self) -> bool:
        """Whether it came to a mailbox for enquiries."""
        return self.mail.mailbox is not None and self.mail.mailbox.purpose == MailPurpose.ENQUIRIES

    @cached_property
    def answers(self) -> OutgoingMail | None:
        """The mail of ours that it answers, where that had gone to who writes."""
        return self.names if self.names is not None and is_recipient(self.names, self.sender) else None

    @cached_property
    def is_from_colleague(self) -> bool:
        return is_colleague(self.sender)

    @property
    def is_by_person(self) -> bool:
        return self.nature == Nature.PERSON

    @cached_property
    def is_flood(self) -> bool:
        """Whether so much came from this sender within an hour that nothing more is made of it."""
        since = timezone.now() - FLOOD_WITHIN
        earlier = IncomingMail.objects.filter(from_address=self.sender, received_at__gte=since, pk__lt=self.mail.pk)
        return bool(self.sender) and len(earlier.values_list("pk")[:FLOOD]) >= FLOOD


Taker = Callable[[Letter], TakenAs | None]


@cache
def takers() -> tuple[Taker, ...]:
    """The takers of the settings, in their order."""
    return tuple(import_string(name) for name in settings.CRM_MAIL_TAKERS)


def ask_takers(letter: Letter) -> TakenAs | None:
    """What the first of them that took it made of it."""
    return next((taken for taken in (taker(letter) for taker in takers()) if taken is not None), None)
