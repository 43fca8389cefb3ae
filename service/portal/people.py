"""The person behind a link: the holder of one e-mail address, and what is theirs.

Theirs are the requests that were made with the address, and those of the one person who has it. An address that
several people or an organization have makes nobody see the requests of another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from contacts.choices import ContactKind, PointKind
from contacts.models import Contact, ContactPoint
from crm.models import StoredFile
from service.choices import MessageKind
from service.models import Message, MessageFile, PortalAccess, Ticket
from service.queries import family_of, know_files

MOST_TICKETS, MOST_MESSAGES = 200, 200
SHOWN = (MessageKind.IN, MessageKind.OUT)


@dataclass
class Person:
    """Who looks; `sees_all`: also what is known of them, not their requests alone."""

    access: PortalAccess
    sees_all: bool = False

    @property
    def address(self) -> str:
        return self.access.address

    @cached_property
    def contact(self) -> Contact | None:
        """The one person who has this address; None where nobody, several or an organization have it."""
        points = ContactPoint.objects.filter(kind=PointKind.EMAIL, normalised=self.address)
        found = list(Contact.objects.filter(pk__in=points.values("contact"))[:2])
        is_one = len(found) == 1 and found[0].kind == ContactKind.PERSON and not found[0].is_archived
        return found[0] if is_one else None

    @property
    def name(self) -> str:
        return self.contact.name if self.contact is not None else ""

    def tickets(self) -> QuerySet[Ticket]:
        """Their own requests, the newest first."""
        own = Q(requester_email__iexact=self.address)
        if self.contact is not None:
            own |= Q(contact=self.contact.pk)
        return Ticket.objects.filter(own).order_by("-message_at", "-pk")

    def ticket(self, key: str) -> Ticket | None:
        """One of their own requests by its number."""
        return self.tickets().filter(pk=_number(key)).first()

    def messages(self, ticket: Ticket) -> Sequence[Message]:
        """What was said between them and us in a request, oldest first: no note of colleagues, and of requests that
        were merged into it only their own."""
        own = self.tickets().filter(pk__in=family_of(ticket)).order_by().values("pk")
        rows = Message.objects.filter(ticket__in=own, kind__in=SHOWN).only("kind", "text", "sent_at", "ticket_id")
        shown = list(reversed(rows.order_by("-sent_at", "-pk")[:MOST_MESSAGES]))
        know_files(shown)
        return shown

    def file(self, key: str) -> StoredFile | None:
        """A file of one of those messages, by the id of its attachment: never one of a note, of what colleagues hung on
        the ticket, or of another's."""
        own = self.tickets().order_by().values("pk")
        rows = MessageFile.objects.filter(attachment=_number(key), message__ticket__in=own, message__kind__in=SHOWN)
        there = rows.filter(attachment__removed_at=None, attachment__file__removed_at=None)
        found = there.select_related("attachment__file").first()
        return found.attachment.file if found is not None else None


def _number(key: str) -> int:
    """An id out of an address; 0 for what is none."""
    return int(key) if key.isdecimal() and len(key) < 18 else 0
