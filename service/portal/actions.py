"""What customers do in the portal. They act as customers: the log says that it was nobody of the house."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.models import Consent, Purpose
from contacts.normalising import normalise_email
from contacts.permission.actions import record_consent
from contacts.permission.rule import newest_words
from crm import bells
from crm.choices import JobQueue
from crm.company import current_company
from crm.languages.refusing import leaves
from crm.locks import wait_for_word
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.choices import MailKind
from crm.models import Attachment
from crm.notes.actions import attach_file
from service import actions as tickets
from service.actions.steps import held
from service.actions.talking import put_files
from service.choices import MessageKind, TicketChannel, TicketState
from service.models import Message, MessageFile, PortalAccess, PortalRequest, Ticket
from service.portal.links import link_for
from service.portal.people import Person
from service.portal.showing import wording_of

logger = logging.getLogger(__name__)
HOUR = dt.timedelta(hours=1)
SAME_WITHIN = dt.timedelta(minutes=10)
MOST_REQUESTS, MOST_MAILS, MOST_SAID, MOST_BYTES = 10, 3, 30, 60 << 20
"""An hour: links asked for from one place, mailed to one address; messages of one person, bytes of their files."""
REQUEST_LOCK, SAY_LOCK = 7341, 7342
PROOF = "link to the address, access {}"


class TooMany(Exception):
    """So much came from there within an hour that more is not taken for a while."""


@transaction.atomic
def request_link(*, address: str, place: str) -> None:
    """Keep that somebody asked for a link, whether anybody has this address or not.

    Nothing is looked up here, so the answer is the same, and takes the same time, for all. Raises TooMany.
    """
    wait_for_word(REQUEST_LOCK, place)
    if PortalRequest.objects.filter(place=place, asked_at__gte=timezone.now() - HOUR).count() >= MOST_REQUESTS:
        raise TooMany
    PortalRequest.objects.create(address=normalise_email(address)[:254], place=place)
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """Tell a worker that somebody asked; the sweeper comes by where the broker does not answer."""
    from service.tasks import answer_portal_requests_task  # noqa: PLC0415 - tasks import this module

    bells.ring(answer_portal_requests_task, queue=JobQueue.INTERACTIVE)


def answer_requests() -> int:
    """Mail a link to who asked and is known to us; how many asked. Each is one transaction, and rows that have
    served their purpose go."""
    answered = 0
    while _answer_one():
        answered += 1
    PortalRequest.objects.filter(answered_at__lt=timezone.now() - HOUR).delete()
    return answered


@transaction.atomic
def write_to_request(*, person: Person, ticket: Ticket, text: str, attached: Sequence[File] = ()) -> Ticket:
    """What the customer adds to a request, with files; to a closed one as a new one that follows it. The same words
    with the same files again within minutes are one message. Returns the ticket in which it stands. Raises TooMany,
    ValidationError (of `attached` where a file is not taken)."""
    if not text.strip():
        raise ValidationError({"text": "Write what we shall read."})
    _refuse_flood(person, attached)
    current = held(ticket)
    said = Message.objects.filter(kind=MessageKind.IN, text=text, sent_at__gte=timezone.now() - SAME_WITHIN)
    for there in said.filter(Q(ticket=current) | Q(ticket__follows=current)).select_related("ticket")[:MOST_SAID]:
        if _has_same_files(there, attached):
            return there.ticket
    if current.state == TicketState.CLOSED:
        return _opened(person, subject=current.subject, text=text, attached=attached, follows=current)
    tickets.take_message(
        actor=None, ticket=current, text=text, channel=TicketChannel.WEB, sender_name=person.name[:200],
        sender_address=person.address, files=_hung(current, attached),
    )  # fmt: skip
    return current


@transaction.atomic
def open_request(*, person: Person, subject: str, text: str, attached: Sequence[File] = ()) -> Ticket:
    """A new request, with files. The same again within minutes is one. Raises TooMany, ValidationError."""
    _refuse_flood(person, attached)
    recent = person.tickets().filter(opened_at__gte=timezone.now() - SAME_WITHIN, subject=subject)
    said = Message.objects.filter(ticket__in=recent.order_by().values("pk"), text=text, kind=MessageKind.IN)
    for there in said.select_related("ticket").order_by("pk")[:MOST_SAID]:
        if _has_same_files(there, attached):
            return there.ticket
    return _opened(person, subject=subject, text=text, attached=attached)


@transaction.atomic
def close_request(*, person: Person, ticket: Ticket) -> Ticket:
    """The customer says that it is done. Twice is once."""
    return tickets.close_ticket(actor=None, ticket=ticket)


@transaction.atomic
def say_permission(*, person: Person, purpose: Purpose, is_yes: bool) -> Consent | None:
    """Write into the ledger what the person allows or takes back for mails of a purpose; None where nothing changes.

    They hold a link that went to the address, so a yes is confirmed.
    """
    contact = person.contact
    if contact is None or not person.sees_all:
        raise ValidationError("Ask for a link of your own first.")
    level = ConsentLevel.DOUBLE_OPT_IN if is_yes else ConsentLevel.NONE
    type(contact)._default_manager.select_for_update().get(pk=contact.pk)
    newest = newest_words(contact, ConsentChannel.EMAIL).get(purpose.key)
    if newest is not None and newest.is_granted == is_yes:
        return None
    return record_consent(
        actor=None, contact=contact, channel=ConsentChannel.EMAIL, purpose=purpose.key, level=level, source="Portal",
        wording=wording_of(purpose) if is_yes else "", proof=PROOF.format(person.access.pk),
    )  # fmt: skip


@transaction.atomic
def void_links(*, person: Person) -> None:
    """No link that was made so far opens anything any more."""
    access = PortalAccess.objects.select_for_update().get(pk=person.access.pk)
    access.generation += 1
    access.save(update_fields=["generation"])
    contact_id = person.contact.pk if person.contact is not None else None
    log(actor=None, verb="void links", object=access, contact_id=contact_id, summary="Links to the portal are void")


def _answer_one() -> bool:
    with transaction.atomic():
        rows = PortalRequest.objects.select_for_update(skip_locked=True).filter(answered_at=None)
        request = rows.order_by("pk").first()
        if request is None:
            return False
        request.answered_at = timezone.now()
        request.save(update_fields=["answered_at"])
        try:
            with transaction.atomic():
                _answer(request)
        except ValidationError:
            logger.exception("A mail with a link to the portal could not be written.")
    return True


def _answer(request: PortalRequest) -> None:
    """A mail to an address that we know from a request or a contact; three an hour at most."""
    earlier = PortalRequest.objects.filter(address=request.address, answered_at__gte=timezone.now() - HOUR)
    if earlier.exclude(pk=request.pk).count() >= MOST_MAILS:
        return
    person = Person(PortalAccess(address=request.address))
    if person.contact is None and not person.tickets().exists():
        return
    company, link = current_company().name, link_for(request.address, shows_all=True)
    send_mail(
        actor=None,
        kind=MailKind.AT_LEAST_ONCE,
        to=request.address,
        subject=f"Your requests at {company}",
        text=(
            f"Somebody, you we hope, asked for this link to your requests at {company}:\n\n{link}\n\n"
            "It is good for 24 hours and for nobody but you. If you did not ask for it, do nothing."
        ),
        is_secret=True,
        key=f"portal-{request.pk}",
    )


def _opened(
    person: Person, *, subject: str, text: str, attached: Sequence[File], follows: Ticket | None = None
) -> Ticket:
    fields = {
        "subject": subject,
        "channel": TicketChannel.WEB,
        "contact": person.contact,
        "requester_email": person.address,
        "requester_name": person.name[:200],
        "follows": follows,
        **({"queue": follows.queue} if follows is not None else {}),
    }
    ticket = tickets.open_ticket(actor=None, fields=fields, body=text)
    put_files(ticket.messages.get(), _hung(ticket, attached))
    return ticket


def _hung(ticket: Ticket, attached: Sequence[File]) -> list[Attachment]:
    """The files, looked into and stored, at the ticket. Raises ValidationError of `attached`."""
    try:
        return [attach_file(actor=None, record=ticket, upload=one) for one in attached]
    except ValidationError as error:
        raise ValidationError({"attached": leaves(error)}) from error


def _has_same_files(message: Message, attached: Sequence[File]) -> bool:
    """Whether a message brought as many files of the same sizes."""
    sizes = message.files.order_by("position").values_list("attachment__file__size", flat=True)
    return list(sizes) == [one.size for one in attached]


def _refuse_flood(person: Person, attached: Sequence[File] = ()) -> None:
    wait_for_word(SAY_LOCK, person.address)
    since, own = timezone.now() - HOUR, person.tickets().order_by().values("pk")
    rows = Message.objects.filter(kind=MessageKind.IN, channel=TicketChannel.WEB, recorded_at__gte=since)
    if rows.filter(ticket__in=own).count() >= MOST_SAID:
        raise TooMany
    if attached:
        brought = MessageFile.objects.filter(message__in=rows.filter(ticket__in=own).order_by().values("pk"))
        before = brought.aggregate(total=Sum("attachment__file__size"))["total"] or 0
        if before + sum(one.size for one in attached) > MOST_BYTES:
            raise TooMany
