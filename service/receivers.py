"""What the service does when the ground floor has news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from crm.models import JobRun, User
from crm.signals import records_handed_over
from service.models import Ticket
from service.routing.leaving import note_handover


@receiver(records_handed_over, sender=Ticket, dispatch_uid="service.note_handover")
def note_tickets(sender: Any, *, keys: Sequence[int], user: User, to: User | None, job: JobRun, **kwargs: Any) -> None:
    """The log of each ticket says whose it is now, and who is concerned is told once."""
    note_handover(user=user, to=to, ticket_ids=keys, job_id=job.pk)
