"""The secret link of the portal: sealed, of one purpose, with an end, and void as soon as its holder says so.

There are two kinds. The one below each reply opens the requests and nothing else, for a mail is forwarded easily. The
one that somebody asked for shows what is known of them, too; it is good for a day, and its mail is forgotten when sent.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.urls import reverse

from contacts.normalising import normalise_email
from crm.foreign.tokens import Purpose, make_token, read_token
from service.models import PortalAccess, Ticket
from service.portal.people import Person
from service.wording import words_in

OPENS_FOR = dt.timedelta(days=90)
SHOWS_ALL_FOR = dt.timedelta(hours=24)


def link_for(address: str, *, shows_all: bool = False) -> str:
    """A new link for the holder of an address. Raises ValueError for none: many tickets have none."""
    if not address.strip():
        raise ValueError("A link needs the address of its holder.")
    access, _ = PortalAccess.objects.get_or_create(address=normalise_email(address))
    payload = {"access": access.pk, "generation": access.generation, "all": shows_all}
    token = make_token(Purpose.PORTAL, payload, SHOWS_ALL_FOR if shows_all else OPENS_FOR)
    return f"{settings.CRM_BASE_URL}{reverse('service:portal', args=[token])}"


def person_behind(token: str) -> Person | None:
    """Who holds a link; None for one that is forged, over, void or of another purpose."""
    found = read_token(Purpose.PORTAL, token)
    if found is None:
        return None
    access = PortalAccess.objects.filter(pk=found["access"], generation=found["generation"]).first()
    return Person(access, sees_all=bool(found["all"])) if access is not None and access.address else None


def with_link(text: str, ticket: Ticket) -> str:
    """A reply with the way to the customer's own requests below it, in their language."""
    if not ticket.requester_email:
        return text
    return f"{text.rstrip()}\n\n{words_in(ticket.language).portal} {link_for(ticket.requester_email)}"
