"""A campaign, the variants of what it says, one row for each person in it, and the tallies of those rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.functions import Left, Lower

from campaigns.choices import CampaignChannel, CampaignState, CampaignType, DecidesBy, RecipientState, Timing
from contacts.choices import ConsentChannel
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.choices import Language
from crm.grants import AccessPaths
from crm.paths import path_of

CONSENT_CHANNELS: dict[CampaignChannel, str] = {
    CampaignChannel.EMAIL: ConsentChannel.EMAIL,
    CampaignChannel.POST: ConsentChannel.POST,
    CampaignChannel.PHONE: ConsentChannel.PHONE,
    CampaignChannel.SMS: ConsentChannel.WIRELESS,
    CampaignChannel.SOCIAL: ConsentChannel.SOCIAL,
}


class Folded(Func):
    """`crm_fold(value)`, for a column that the database keeps itself."""

    function = "crm_fold"
    output_field = TextField()


class CampaignManager(models.Manager.from_queryset(VisibleQuerySet)):  # type: ignore[misc]
    """Campaigns that people plan: without those that carry the mails of plays."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(play=None)


class Campaign(models.Model):
    """One effort to move people, with its plan and what it cost.

    `contact_cost_amount` is what it costs to reach one person, `fixed_cost_amount` what it costs whoever is reached;
    `margin` the part of what is sold that is left (0 to 1): without it money is revenue, and the pages say so.
    `window_days` after it went out, what a person does still counts. The control group is the variant `is_control`.
    One of a `play` carries the mails of a step and is no campaign to people: `objects` leaves it out, `everything` not.
    """

    name = models.CharField(max_length=200)
    type = models.CharField(max_length=16, choices=CampaignType, blank=True, default="")
    channel = models.CharField(max_length=8, choices=CampaignChannel, default=CampaignChannel.EMAIL)
    state = models.CharField(max_length=12, choices=CampaignState, default=CampaignState.PLANNED, editable=False)
    goal = models.TextField("what it is to reach", blank=True, default="", max_length=5_000)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="campaigns"
    )
    starts_on = models.DateField("from", null=True, blank=True)
    ends_on = models.DateField("until", null=True, blank=True)
    budget_amount = models.DecimalField("budget", max_digits=14, decimal_places=2, null=True, blank=True)
    fixed_cost_amount = models.DecimalField("fixed costs", max_digits=14, decimal_places=2, null=True, blank=True)
    contact_cost_amount = models.DecimalField(
        "cost a person", max_digits=12, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    margin = models.DecimalField(
        "margin of what is sold", max_digits=5, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)], help_text="Such as 0.3; empty: money is revenue.",
    )  # fmt: skip
    currency = models.CharField(max_length=3, default="EUR")
    purpose = models.CharField("its mails are for", max_length=60, default="marketing")
    control_share = models.DecimalField(
        "kept out as control", max_digits=4, decimal_places=3, default=Decimal("0.1"),
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.9"))],
        help_text="0.1: one in ten, drawn at random when it starts, and never changed.",
    )  # fmt: skip
    sender_name = models.CharField("in the name of", max_length=120, blank=True, default="")
    language = models.CharField(
        "language", max_length=5, choices=Language, blank=True, default="", db_default="",
        help_text="Of its mails: what stands below them by itself is said in it. Empty: the company’s.",
    )  # fmt: skip
    # of several variants: so many are tested, the others wait for the winner (`campaigns.sending.deciding`)
    test_share = models.DecimalField(
        "share that is tested", max_digits=4, decimal_places=3, null=True, blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal("0.95"))],
    )  # fmt: skip
    decides_at = models.DateTimeField("decided at", null=True, blank=True)
    decides_by = models.CharField(
        "decided by", max_length=8, choices=DecidesBy, default=DecidesBy.CLICKS, db_default=DecidesBy.CLICKS
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    decision = models.JSONField(null=True, editable=False)
    winner = models.ForeignKey(
        "campaigns.Variant", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    starts_at = models.DateTimeField("not before", null=True, blank=True)
    timing = models.CharField("leaves", max_length=12, choices=Timing, default=Timing.MOMENT)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, editable=False)
    launched_at = models.DateTimeField(null=True, editable=False)
    # what the draw of the control group and of the variants was made with: who asks later gets the same
    seed = models.BigIntegerField(null=True, editable=False)
    window_days = models.PositiveSmallIntegerField(
        "counts for days", default=14, validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    play = models.ForeignKey("campaigns.Play", null=True, editable=False, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    external_id = models.CharField(max_length=200, null=True, blank=True, unique=True)
    sort_name = models.GeneratedField(
        expression=Left(Folded(F("name")), 200), output_field=models.CharField(max_length=200), db_persist=True
    )
    search_text = models.GeneratedField(expression=Folded(F("name")), output_field=models.TextField(), db_persist=True)

    access = AccessPaths(shared=True)
    objects: Any = CampaignManager()
    everything: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(play=None), name="campaigns_campaign_name",
                violation_error_message="There is a campaign of this name already.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="campaigns_campaign_days",
                violation_error_message="It ends after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(timing=Timing.MOMENT) | Q(starts_at__isnull=False),
                name="campaigns_campaign_local_time",
                violation_error_message="Say at what time: it leaves at that time where each person is.",
            ),
        ]  # fmt: skip
        indexes = [GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="campaigns_campaign_search")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        if self.play_id:
            return path_of("campaigns:play_detail", self.play_id)
        return path_of("campaigns:campaign_detail", self.pk)

    @property
    def is_planned(self) -> bool:
        """Whether whom it is for and what it says can still be changed."""
        return self.state == CampaignState.PLANNED

    @property
    def channel_of_consent(self) -> str:
        """The channel that a permission has to speak of."""
        return CONSENT_CHANNELS[CampaignChannel(self.channel)]


class Variant(models.Model):
    """One of the things that a campaign says, or its control group, to which nothing is said."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=120)
    is_control = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=1)
    share = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(100)], help_text="Of those who are reached."
    )
    subject = models.CharField(max_length=200, blank=True, default="")
    preheader = models.CharField("first words in the inbox", max_length=200, blank=True, default="")
    blocks = models.JSONField(default=list, blank=True, editable=False)

    access = AccessPaths(through="campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["is_control", "position", "id"]
        constraints = [
            models.UniqueConstraint("campaign", Lower("name"), name="campaigns_variant_name"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(is_control=True), name="campaigns_variant_one_control"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Recipient(models.Model):
    """One person in one campaign: to whom it was sent, or who was kept out as control, and what they did. Of a play,
    one person in one `round`.

    `variant` is empty for who was left out before the draw, with the `reason`. `mail_id` is the row of the outgoing
    mail, whose state says whether it left. What was not measured is None: a file without a column for clicks says
    nothing of clicks. `time_zone` is where they were when it started, empty where that was not known. `amount` is what
    they spent within the campaign's window, in its currency. Moments are known for what happened here; a file has yes
    or no.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="campaign_places", db_index=False)
    variant = models.ForeignKey(Variant, null=True, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    state = models.CharField(max_length=10, choices=RecipientState, default=RecipientState.PAST)
    reason = models.CharField(max_length=60, blank=True, default="")
    mail_id = models.BigIntegerField(null=True)
    round = models.PositiveSmallIntegerField(default=1, db_default=1)
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="")
    sent_at = models.DateTimeField(null=True)
    opened = models.BooleanField(null=True)
    clicked = models.BooleanField(null=True)
    responded = models.BooleanField(null=True)
    converted = models.BooleanField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    opened_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)
    converted_at = models.DateTimeField(null=True)
    # what came back to us of their mail: an answer, the mail itself, a complaint (`campaigns.sending.coming_back`)
    replied = models.BooleanField(null=True)
    bounced = models.BooleanField(null=True)
    complained = models.BooleanField(null=True)
    replied_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)
    external_id = models.CharField(max_length=200, null=True, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "contact", "round"], name="campaigns_recipient_once"),
            models.UniqueConstraint(
                fields=["external_id"], condition=Q(external_id__isnull=False), name="campaigns_recipient_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "id"], name="campaigns_recipient_in_order"),
            models.Index(fields=["variant", "contact"], name="campaigns_recipient_variant"),
            models.Index(
                fields=["campaign", "time_zone", "id"], condition=Q(state="waiting"), name="campaigns_recipient_zones"
            ),
            models.Index(
                fields=["campaign", "mail_id"],
                condition=Q(state__in=["handed", "failed", "uncertain", "cancelled"]),
                name="campaigns_recipient_unsettled",
            ),
            models.Index(fields=["contact", "sent_at"], name="campaigns_recipient_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} in {self.campaign}"

    def get_absolute_url(self) -> str:
        """That of the contact."""
        return path_of("contacts:contact_detail", self.contact_id)


class VariantTally(models.Model):
    """The recipients of one variant, counted: `n` of them; who opened, clicked and so on, None where it was not
    measured; the money they spent and the sum of its squares. Counted anew whenever they change."""

    variant = models.OneToOneField(Variant, primary_key=True, on_delete=models.CASCADE, related_name="tally")
    n = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(null=True)
    clicked = models.PositiveIntegerField(null=True)
    responded = models.PositiveIntegerField(null=True)
    converted = models.PositiveIntegerField(null=True)
    replied = models.PositiveIntegerField(null=True)
    bounced = models.PositiveIntegerField(null=True)
    complained = models.PositiveIntegerField(null=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    amount_squares = models.FloatField(null=True)
    buyers = models.PositiveIntegerField(null=True)
    first_sent_at = models.DateTimeField(null=True)
    last_sent_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(through="variant__campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "variant tallies"

    def __str__(self) -> str:
        return f"{self.variant}: {self.n}"
