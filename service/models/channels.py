"""Other ways to a ticket than mail: public web forms, conversations of chats and social networks, and the way of our
replies back into them."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from service.choices import DeliveryState
from service.models.messages import Message
from service.models.queues import Queue
from service.models.tickets import Ticket


def form_token() -> str:
    """The unguessable part of a form's address."""
    return secrets.token_urlsafe(16)


class WebForm(models.Model):
    """A public form at /f/ticket/TOKEN/: what strangers send by it becomes a ticket of its queue."""

    name = models.CharField(max_length=120, unique=True, help_text="For you; the title is what strangers see.")
    token = models.CharField(max_length=40, unique=True, default=form_token, editable=False)
    is_active = models.BooleanField("in use", default=True)
    is_on_help = models.BooleanField(
        "offered on the help pages", default=False, help_text="To whom nothing there helped; of several the first name."
    )
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="web_forms")
    title = models.CharField(max_length=160, default="How can we help?")
    intro = models.TextField("introduction", max_length=2_000, blank=True)
    asks_product = models.BooleanField("asks for the order or the serial number", default=True)
    thanks_title = models.CharField(max_length=160, default="Thank you")
    thanks_text = models.TextField(max_length=2_000, blank=True, default="We answer by mail, on working days.")
    allowed_sites = ArrayField(
        models.CharField(max_length=200), default=list, blank=True,
        help_text="Sites that may show it in a frame, between commas, such as https://www.example.com.",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def public_path(self) -> str:
        return reverse("service:public_form", args=[self.token])


class WebRequest(models.Model):
    """That something came by a web form, and from which place on the net, told apart but not known: for its limit."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="requests")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["form", "place", "-created_at"], name="service_webrequest_limit")]

    def __str__(self) -> str:
        return f"{self.form} {self.created_at:%Y-%m-%d}"


class Conversation(models.Model):
    """A thread of a chat or a social network, as its `source` names it (`external_id`), and the ticket in which it goes
    on now."""

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="conversations")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="service_conversation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class ReplyHook(models.Model):
    """Where our replies in conversations of one `source` are brought: `POST` to `url`, signed (docs/api.md).

    Kept by deliveries: errors in a row, and the pause that follows them. Without `paused_until` it lasts until somebody
    saves the hook.
    """

    name = models.CharField(max_length=80, blank=True, default="", help_text="As colleagues read it: Instagram.")
    source = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9_.-]+$", "As the API has it: instagram.")],
        help_text="What the program that brings the messages calls itself in the API: instagram.",
    )  # fmt: skip
    url = models.CharField(
        "address", max_length=500, validators=[URLValidator(["https", "http"])],
        help_text="Where that program takes our replies.",
    )  # fmt: skip
    token = models.CharField(max_length=40, default=form_token, editable=False)
    is_active = models.BooleanField("in use", default=True)
    consecutive_errors = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=300, blank=True, default="", editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.name or self.source

    @property
    def is_paused(self) -> bool:
        """Whether nothing is brought to it now."""
        return self.paused_at is not None and (self.paused_until is None or self.paused_until > timezone.now())


class HookDelivery(models.Model):
    """A reply on its way into a chat: the row is there before anything is sent, and says what became of it.

    `attempts` is counted and committed before each request, so what a worker that died had in its hands is brought
    again: at least once, under the same id.
    """

    # the database takes it away with its message
    message = models.OneToOneField(Message, on_delete=models.DO_NOTHING, related_name="delivery")
    hook = models.ForeignKey(ReplyHook, on_delete=models.PROTECT, related_name="deliveries")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    access = AccessPaths(through="message__ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "hook deliveries"
        indexes = [
            models.Index(
                fields=["conversation", "id"],
                condition=models.Q(state__in=["queued", "in_flight"]),
                name="service_delivery_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"Reply {self.message_id} to {self.hook}"

    def get_absolute_url(self) -> str:
        return self.message.ticket.get_absolute_url()

    @property
    def external_id(self) -> str:
        """What the other side knows it by; the same for each attempt."""
        return f"reply-{self.message_id}"

    @property
    def tone(self) -> str:
        return {"sent": "good", "parked": "bad", "in_flight": "accent"}.get(self.state, "neutral")
