"""What is said in a ticket, and the log of what happened to it. Rows of both are only ever added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.languages.words import is_translated
from service.choices import EventKind, EventOrigin, MessageKind, TicketChannel
from service.event_words import event_in_words
from service.models.tickets import Ticket

SAID_OF_CHANNEL: dict[str, str] = {
    TicketChannel.EMAIL: "by e-mail",
    TicketChannel.PHONE: "by phone",
    TicketChannel.DESK: "at the desk",
    TicketChannel.WEB: "by a web form",
    TicketChannel.CHAT: "in a chat",
    TicketChannel.SOCIAL: "in a social network",
    TicketChannel.OTHER: "",
}
SAID_OF_VALUE: dict[str, str] = {
    EventKind.OPENED: " by ",
    EventKind.ASSIGNED: " to ",
    EventKind.RETURNED: ": ",
    EventKind.MOVED: ": ",
    EventKind.PRIORITY: ": ",
    EventKind.MERGED: ": ",
    EventKind.UNMERGED: ": ",
    EventKind.LINKED: ": ",
    EventKind.SOLVED: ": ",
    EventKind.CLOSED: ": ",
    EventKind.NOTICE: ": ",
    EventKind.COMPENSATED: ": ",
}


class Message(models.Model):
    """One message: of the customer, to them, or a note among colleagues.

    `text` is what was written, `folded` what stood below it (quoted mails, a signature). `sent_at` is when it was
    written. `incoming` is the mail that it came by, `outgoing` the one that it left by, whose state says whether it
    arrived. `sender_name` and `sender_address` are as a mail says, which proves nothing. `external_id` is what the
    channel that it came by calls it.
    """

    # the database takes messages away with their ticket, and forgets a mail that is gone: the application may not
    ticket = models.ForeignKey(Ticket, on_delete=models.DO_NOTHING, related_name="messages")
    kind = models.CharField(max_length=4, choices=MessageKind)
    channel = models.CharField(max_length=8, choices=TicketChannel, default=TicketChannel.EMAIL)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sender_name = models.CharField(max_length=200, blank=True, default="")
    sender_address = models.CharField(max_length=320, blank=True, default="")
    text = models.TextField()
    folded = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(default=timezone.now)
    incoming = models.ForeignKey(
        "crm.IncomingMail", null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    outgoing = models.ForeignKey(
        "crm.OutgoingMail", null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    external_id = models.CharField(max_length=250, null=True, blank=True, unique=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [models.Index(fields=["ticket", "-sent_at", "-id"], name="service_message_ticket")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_public(self) -> bool:
        return self.kind != MessageKind.NOTE


class MessageFile(models.Model):
    """A file that a public message brought or took along. It hangs on the ticket, where who works on it finds it; the
    customer may fetch it by this row alone. Rows are only ever added."""

    # the database takes them away with the message or with what hangs on the ticket: the application may not
    message = models.ForeignKey(Message, on_delete=models.DO_NOTHING, related_name="files")
    attachment = models.ForeignKey("crm.Attachment", on_delete=models.DO_NOTHING, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    access = AccessPaths(through="message__ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["message", "attachment"], name="service_messagefile_once")]

    def __str__(self) -> str:
        return str(self.attachment)


class TicketEvent(models.Model):
    """One step in the life of a ticket, of which clocks and figures are made: what (`event`), when, to what (`value`:
    a queue, a person, a priority). An imported log has words of its own; `position` tells equal steps of one moment
    apart."""

    ticket = models.ForeignKey(Ticket, on_delete=models.DO_NOTHING, related_name="events")
    event = models.CharField(max_length=120)
    value = models.CharField(max_length=200, blank=True, default="")
    occurred_at = models.DateTimeField()
    position = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    origin = models.CharField(max_length=8, choices=EventOrigin, default=EventOrigin.HERE)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    names_contacts = ("ticket__contact_id", "ticket__organization_id")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["occurred_at", "id"]
        indexes = [
            models.Index(fields=["ticket", "occurred_at", "id"], name="service_event_ticket"),
            models.Index(fields=["occurred_at", "event"], name="service_event_when"),
        ]

    def __str__(self) -> str:
        if self.event == EventKind.OPENED and self.value in SAID_OF_CHANNEL:
            return f"{self.event} {SAID_OF_CHANNEL[self.value]}".rstrip()
        return f"{self.event}{SAID_OF_VALUE.get(self.event, ' ')}{self.value}" if self.value else self.event

    @property
    def in_words(self) -> str:
        """As it stands on the page of the ticket; an imported log keeps its own words."""
        is_own = is_translated() and self.origin != EventOrigin.FILE
        return (event_in_words(self.event, self.value) if is_own else "") or str(self)
