"""The loop is closed: who is unhappy becomes a ticket of whoever is in charge of them, with the clock of a promise."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.log import log
from crm.models import User
from feedback.choices import DETRACTOR_TO, Dimension
from feedback.models import Answer, Response
from service.actions import open_ticket
from service.choices import Priority, TicketChannel, TicketKind
from service.models import Ticket

UNHAPPY_SHARE = 0.25
"""Of the scale of overall satisfaction: 1 and 2 of 5."""


def is_unhappy(response: Response) -> bool:
    """A detractor, or somebody who rates the overall satisfaction in the lowest quarter of its scale."""
    if response.nps is not None:
        return response.nps <= DETRACTOR_TO
    rows = Answer.objects.filter(response=response, question__dimension=Dimension.OVERALL, value__isnull=False)
    return any(
        float(one.value or 0) - one.question.low <= UNHAPPY_SHARE * (one.question.high - one.question.low)
        for one in rows.select_related("question")
    )


@transaction.atomic
def follow_up(*, actor: User | None, response: Response) -> Ticket:
    """Open a ticket about what a customer said, of the customer's owner; what was opened before is given back.

    Raises ValidationError where nobody knows who said it.
    """
    current = Response.objects.select_for_update().get(pk=response.pk)
    if current.follow_up is not None:
        return current.follow_up
    contact = current.contact
    if contact is None:
        raise ValidationError("Nobody knows who said it, so nobody can be answered.")
    said = f"{current.nps} of 10" if current.nps is not None else "unhappy" if is_unhappy(current) else "an answer"
    owner = contact.owner if contact.owner is not None and contact.owner.is_active else None
    ticket = open_ticket(
        actor=None,
        fields={
            "subject": f"{said} in “{current.survey.name}”"[:300],
            "contact": contact,
            "kind": TicketKind.COMPLAINT,
            "priority": Priority.HIGH if is_unhappy(current) else Priority.NORMAL,
            "channel": TicketChannel.WEB,
            "source": "Survey",
            "product_id": current.product_id,
            "owner": owner,
        },
        body=current.comment or f"Answered “{current.survey.name}”: {said}.",
    )
    current.follow_up = ticket
    current.save(update_fields=["follow_up"])
    log(
        actor=actor, verb="follow up", object=current, contact_id=contact.pk,
        summary=f"Opened the ticket {ticket.number} about what they said",
    )  # fmt: skip
    return ticket
