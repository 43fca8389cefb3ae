"""Plays: what is done with a person after an event, step by step; who is in which, and the ledger of what was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Lower
from django.utils import timezone

from campaigns.choices import (
    CampaignType,
    EntryState,
    PlayEvent,
    PlayGoal,
    PlayState,
    PlayStepKind,
    StepFor,
    TouchResult,
)
from campaigns.models.campaigns import Campaign, Folded
from campaigns.models.offers import Offer
from campaigns.models.segments import Segment
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.choices import Language
from crm.grants import AccessPaths
from crm.paths import path_of
from orders.models import Product


class Play(models.Model):
    """An event that lets people in, steps that they go through, a goal on which they leave, and a control group.

    `event_days` and `event_segment` are of the events that need them (`campaigns.plays.events`). `product` or `family`
    narrow the orders of the event, `goal_family` those of the goal. `audience` narrows who comes in. Somebody comes in
    again `rest_days` after they left; None: never. `window_days` from the entry on, what a person does counts, of those
    who are treated and of the control group alike. The control group is drawn by the `seed`.
    """

    name = models.CharField(max_length=120)
    type = models.CharField(max_length=16, choices=CampaignType, blank=True, default="")
    description = models.TextField("what it is for", blank=True, default="", max_length=2_000)
    state = models.CharField(max_length=8, choices=PlayState, default=PlayState.DRAFT, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="plays"
    )
    event = models.CharField("lets in on", max_length=16, choices=PlayEvent, default=PlayEvent.FIRST_ORDER)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="plays")
    family = models.CharField("product group", max_length=120, blank=True, default="")
    event_days = models.PositiveSmallIntegerField(
        "so many days", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    event_segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="into the segment"
    )
    audience = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="plays", verbose_name="only people of"
    )
    goal = models.CharField(max_length=8, choices=PlayGoal, default=PlayGoal.ORDER)
    goal_family = models.CharField("of the product group", max_length=120, blank=True, default="")
    goal_segment = models.ForeignKey(
        Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="the segment"
    )
    window_days = models.PositiveSmallIntegerField(
        "counts for days", default=60, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    rest_days = models.PositiveSmallIntegerField(
        "comes in again after days", null=True, blank=True, validators=[MaxValueValidator(3650)]
    )
    control_share = models.DecimalField(
        "kept out as control", max_digits=4, decimal_places=3, default=Decimal("0.1"),
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.9"))],
    )  # fmt: skip
    purpose = models.CharField("its mails are for", max_length=60, default="marketing")
    sender_name = models.CharField("in the name of", max_length=120, blank=True, default="")
    language = models.CharField(
        "language", max_length=5, choices=Language, blank=True, default="", db_default="",
        help_text="Of its mails: what stands below them by itself is said in it. Empty: the company’s.",
    )  # fmt: skip
    currency = models.CharField(max_length=3, default="EUR", editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    seed = models.BigIntegerField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    sort_name = models.GeneratedField(
        expression=Left(Folded(F("name")), 120), output_field=models.CharField(max_length=120), db_persist=True
    )
    search_text = models.GeneratedField(expression=Folded(F("name")), output_field=models.TextField(), db_persist=True)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="campaigns_play_name",
                violation_error_message="There is a play of this name already.",
            ),
        ]  # fmt: skip
        indexes = [GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="campaigns_play_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("campaigns:play_detail", self.pk)

    @property
    def is_over(self) -> bool:
        return self.state == PlayState.ENDED


class PlayStep(models.Model):
    """One step, `wait_days` after the one before it (the first: after the event). A removed step keeps its row.

    `title` is the title of a task or the name of a tag, `text` what a task says. Mails of a step leave through its
    `carrier`, a campaign that goes on for as long as the play does, and whose variant is what they say; they may make
    one `offer`. `only_for` and `segment` say for whom it is; at a check, who does not meet it leaves.
    """

    play = models.ForeignKey(Play, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=PlayStepKind, default=PlayStepKind.MAIL)
    wait_days = models.PositiveSmallIntegerField("after days", default=3, validators=[MaxValueValidator(365)])
    title = models.CharField(max_length=200, blank=True, default="")
    text = models.TextField(blank=True, default="")
    only_for = models.CharField(max_length=3, choices=StepFor, blank=True, default="")
    segment = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Segment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    carrier = models.OneToOneField(Campaign, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)

    access = AccessPaths(through="play", parent="campaigns.play")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    @property
    def is_mail(self) -> bool:
        return self.kind == PlayStepKind.MAIL

    @property
    def condition_words(self) -> str:
        """`who is in “Quiet”`; empty where it is for everybody."""
        if not self.only_for or self.segment is None:
            return ""
        return f"who is {'not ' if self.only_for == StepFor.OUT else ''}in “{self.segment}”"


class PlayEntry(models.Model):
    """One person in one play, from the event on: treated, or kept out as control. They are in it once at a time.

    `step` comes at `next_at`; without one, they wait for the end of the window. `round` counts how often they came in.
    `goal_at` is when they reached the goal within the window, `amount` what they spent in it (company's currency).
    """

    play = models.ForeignKey(Play, on_delete=models.CASCADE, related_name="entries")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="play_entries")
    state = models.CharField(max_length=8, choices=EntryState, default=EntryState.INSIDE)
    reason = models.CharField(max_length=200, blank=True, default="")
    is_control = models.BooleanField(default=False)
    round = models.PositiveSmallIntegerField(default=1)
    event_at = models.DateTimeField()
    entered_at = models.DateTimeField()
    step = models.ForeignKey(PlayStep, null=True, on_delete=models.PROTECT, related_name="waiting")
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    goal_at = models.DateTimeField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0, db_default=0)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_at", "-id"]
        verbose_name_plural = "play entries"
        constraints = [
            models.UniqueConstraint(
                fields=["play", "contact"], condition=Q(ended_at=None), name="campaigns_playentry_once"
            ),
            models.UniqueConstraint(fields=["play", "contact", "event_at"], name="campaigns_playentry_event"),
            models.CheckConstraint(
                condition=Q(state=EntryState.INSIDE, ended_at=None, next_at__isnull=False)
                | ~Q(state=EntryState.INSIDE) & Q(ended_at__isnull=False, next_at=None, step=None),
                name="campaigns_playentry_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["play", "next_at", "id"], condition=Q(state="inside"), name="campaigns_playentry_due"),
            models.Index(fields=["contact", "-entered_at"], name="campaigns_playentry_contact"),
            models.Index(
                fields=["play", "-entered_at", "-id"], condition=Q(is_control=False), name="campaigns_playentry_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} in {self.play}"


class PlayTouch(models.Model):
    """What became of one step for one entry; each comes once. Rows are only ever added: the database lets the
    application do nothing else with them, and takes them away with their entry."""

    entry = models.ForeignKey(PlayEntry, on_delete=models.DO_NOTHING, related_name="touches", db_index=False)
    step = models.ForeignKey(PlayStep, on_delete=models.DO_NOTHING, related_name="touches", db_index=False)
    at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=TouchResult)
    why = models.CharField(max_length=200, blank=True, default="")

    access = AccessPaths(through="entry__contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "play touches"
        constraints = [models.UniqueConstraint(fields=["entry", "step"], name="campaigns_playtouch_once")]
        indexes = [models.Index(fields=["step", "result"], name="campaigns_playtouch_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.get_result_display()}"
