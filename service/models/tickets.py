"""Tickets: what a customer wants of us, from the first word until it is solved."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Upper
from django.utils import timezone

from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from service.choices import PRIORITY_RANKS, UNSOLVED, DueFor, Priority, TicketChannel, TicketKind, TicketState
from service.languages import LANGUAGES
from service.models.queues import Queue

RANK = Case(
    *(When(priority=name, then=Value(rank)) for name, rank in PRIORITY_RANKS.items()),
    default=Value(0),
    output_field=models.SmallIntegerField(),
)


class TicketQuerySet(VisibleQuerySet["Ticket"]):
    """Tickets, narrowed by how far they are."""

    def unsolved(self) -> TicketQuerySet:
        return self.filter(state__in=UNSOLVED)

    def by_urgency(self) -> TicketQuerySet:
        """What is due first; then who waits for us longest, the most urgent on top; then who is to answer us."""
        due, since = (models.F(name).asc(nulls_last=True) for name in ("due_at", "waiting_since"))
        return self.order_by(due, since, "-rank", "id")


class Ticket(models.Model):
    """One request of a customer.

    Its number is its id. `contact` is who asks, where we know them; `requester_name` and `requester_email` are as they
    gave them, and where a reply goes. Kept by the actions: the state, its moments, `waiting_since` (since when the
    customer waits for an answer of ours; empty while we wait for theirs), `message_at` (the newest public message),
    `noticed_at` (when they were reminded of it), `due_at` (what the promise that holds, `policy`, asks for next:
    `due_for`), `search_text` and `sort_name`. A ticket
    that was merged into another (`merged_into`) is closed, and its messages are shown there; `follows` is the closed
    ticket that it goes on from.
    """

    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    subject = models.CharField(max_length=300)
    kind = models.CharField(max_length=16, choices=TicketKind, default=TicketKind.QUERY)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    rank = models.GeneratedField(expression=RANK, output_field=models.SmallIntegerField(), db_persist=True)
    state = models.CharField(max_length=8, choices=TicketState, default=TicketState.NEW, editable=False)
    channel = models.CharField(max_length=8, choices=TicketChannel, default=TicketChannel.PHONE)
    source = models.CharField(max_length=120, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets", verbose_name="customer"
    )
    organization = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets_of_organization"
    )
    requester_name = models.CharField("name", max_length=200, blank=True, default="")
    requester_email = models.EmailField("e-mail", max_length=254, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="", db_default="", choices=list(LANGUAGES.items()))
    product = models.ForeignKey(
        "orders.Product", null=True, blank=True, on_delete=models.PROTECT, related_name="tickets"
    )
    registration = models.ForeignKey(
        "orders.ProductRegistration", null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets",
        verbose_name="piece",
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    opened_at = models.DateTimeField(default=timezone.now)
    first_reply_at = models.DateTimeField(null=True, blank=True, editable=False)
    solved_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    waiting_since = models.DateTimeField(null=True, blank=True, editable=False)
    message_at = models.DateTimeField(null=True, blank=True, editable=False)
    noticed_at = models.DateTimeField(null=True, blank=True, editable=False)
    reopenings = models.PositiveSmallIntegerField(default=0, editable=False)
    policy = models.ForeignKey(
        "service.SlaPolicy", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_for = models.CharField(max_length=12, choices=DueFor, blank=True, default="", editable=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by", editable=False
    )
    custom = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    sort_name = models.CharField(max_length=300, default="", editable=False)
    search_text = models.TextField(default="", editable=False)

    access = AccessPaths(owner="owner", team="team")
    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(state=TicketState.CLOSED), name="service_ticket_merged_is_closed"
            ),
            models.CheckConstraint(
                # not "in": PostgreSQL spells that in another way once it comes back from a backup
                condition=Q(waiting_since=None) | (~Q(state=TicketState.SOLVED) & ~Q(state=TicketState.CLOSED)),
                name="service_ticket_ended_waits_for_nothing",
            ),
        ]
        indexes = [
            models.Index(
                models.F("queue"),
                models.F("due_at").asc(nulls_last=True),
                models.F("waiting_since").asc(nulls_last=True),
                models.F("rank").desc(),
                models.F("id"),
                condition=Q(state__in=UNSOLVED),
                name="service_ticket_in_queue",
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="service_ticket_due"),
            models.Index(fields=["due_at", "id"], condition=Q(state__in=UNSOLVED), name="service_ticket_by_due"),
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=UNSOLVED, owner=None), name="service_ticket_free_by_due"
            ),
            models.Index(fields=["message_at"], condition=Q(state=TicketState.WAITING), name="service_ticket_quiet"),
            models.Index(fields=["solved_at"], condition=Q(state=TicketState.SOLVED), name="service_ticket_done"),
            models.Index(fields=["owner", "state"], name="service_ticket_owner"),
            models.Index(fields=["team", "state"], name="service_ticket_team"),
            models.Index(fields=["contact", "-id"], condition=Q(contact__isnull=False), name="service_ticket_contact"),
            models.Index(fields=["organization"], condition=Q(organization__isnull=False), name="service_ticket_org"),
            models.Index(fields=["product"], condition=Q(product__isnull=False), name="service_ticket_product"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="service_ticket_merged_into"
            ),
            models.Index(fields=["-opened_at", "-id"], name="service_ticket_opened"),
            models.Index(fields=["state", "-opened_at", "-id"], name="service_ticket_state"),
            models.Index(fields=["sort_name", "id"], name="service_ticket_sort"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="service_ticket_search_trgm"),
            models.Index(Upper("requester_email"), name="service_ticket_requester"),
            GinIndex(fields=["tags"], name="service_ticket_tags"),
            GinIndex(OpClass("custom", name="jsonb_path_ops"), name="service_ticket_custom"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return path_of("service:ticket_detail", self.pk)

    @property
    def number(self) -> str:
        """As people call it: #1042."""
        return f"#{self.pk}"

    @property
    def is_unsolved(self) -> bool:
        return self.state in UNSOLVED

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @property
    def is_late(self) -> bool:
        """Whether what was promised is overdue."""
        return self.due_at is not None and self.due_at <= timezone.now()

    @property
    def requester(self) -> str:
        """Who asks, in words."""
        known = str(self.contact) if self.contact_id else ""
        return known or self.requester_name or self.requester_email or "somebody unknown"
