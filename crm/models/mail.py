"""The ledger of outgoing mail: every mail is a row before it is anything else, and its state is in the row."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.mail.choices import ENDED_BADLY, WAITING_STATES, MailKind, MailState, SuppressionReason
from crm.paths import path_of

TONES = {"sent": "good", "in_flight": "accent", "uncertain": "warn", "held": "warn", "failed": "bad", "parked": "bad"}


class MailChannel(models.Model):
    """A way out. Its server stands in the environment (`settings.CRM_MAIL_SERVERS[name]`), its pace and pauses here."""

    name = models.CharField(max_length=40, unique=True)
    rate_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Mails a minute; empty: no limit."
    )
    connections = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(20)], help_text="How many may send at once."
    )
    next_at = models.DateTimeField(default=timezone.now, editable=False)
    # on day k, from 0, at most `warm_up_mails` x (1 + `warm_up_growth` / 100)^k mails that go to many; from the day on
    # which that is `warm_up_until`, as many as one likes
    warm_up_on = models.DateField(
        "warm-up from", null=True, blank=True, help_text="The first day; empty: the channel is warmed up."
    )
    warm_up_mails = models.PositiveIntegerField(
        "mails on the first day", default=200, validators=[MinValueValidator(1)],
        help_text="Of campaigns and programs; answers, sign-in and other mails to one person never wait for it.",
    )  # fmt: skip
    warm_up_growth = models.PositiveSmallIntegerField(
        "more each day, per cent", default=50, validators=[MinValueValidator(1), MaxValueValidator(900)]
    )
    warm_up_until = models.PositiveIntegerField(
        "ends at … mails a day", default=50_000, validators=[MinValueValidator(1)]
    )
    consecutive_errors = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    # empty while paused: until somebody resumes it
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    pause_reason = models.CharField(max_length=300, blank=True, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_paused(self) -> bool:
        """Whether nothing leaves by it now; a pause of its own ends by itself."""
        return self.paused_at is not None and (self.paused_until is None or self.paused_until > timezone.now())

    @property
    def tone(self) -> str:
        """The colour of how it is."""
        return "bad" if self.is_paused else "warn" if self.consecutive_errors else "good"


class OutgoingMail(models.Model):
    """One mail to one address.

    `recipient` is the address of the envelope; `shown_to` and `shown_cc` are the lines that are read, where a message
    goes to several people, each by a row of its own. `in_flight`: a sender has it in its hands; how far that sender is,
    its `MailSlot` says. It leaves from `due_at` on, and before `closes_at`. `attempts` counts conversations with a
    server, written before each; `unanswered` those that ended without an answer. `key`, if given: asked for twice, the
    mail is sent once.
    """

    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, null=True, blank=True)
    kind = models.CharField(max_length=16, choices=MailKind)
    channel = models.ForeignKey(MailChannel, on_delete=models.PROTECT, related_name="mails", db_index=False)
    priority = models.PositiveSmallIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="mails",
        db_index=False,
    )
    contact_id = models.BigIntegerField(null=True, blank=True)
    object_model = models.CharField(max_length=80, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)

    recipient = models.CharField(max_length=320)
    recipient_name = models.CharField(max_length=200, blank=True)
    shown_to = models.TextField(blank=True)
    shown_cc = models.TextField(blank=True)
    sender = models.CharField(max_length=600)
    reply_to = models.CharField(max_length=600, blank=True)
    subject = models.CharField(max_length=900, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    message_id = models.CharField(max_length=300)
    # holds what only its reader may know (a link that signs in): never shown, forgotten once sent
    is_secret = models.BooleanField(default=False)

    state = models.CharField(max_length=16, choices=MailState, default=MailState.QUEUED)
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(default=timezone.now)
    # from here on it waits until who wrote it gives it another time
    closes_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_slot = models.PositiveSmallIntegerField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    smtp_code = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    # a sender that takes the row says what it found beside it
    has_attachments = True

    access = AccessPaths(owner="actor", team="actor__team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["channel", "priority", "due_at", "id"], condition=models.Q(state="queued"), name="crm_mail_due"
            ),
            # without the queued ones: a claim must find no other index than the one in its order
            models.Index(
                fields=["state", "-id"], condition=~models.Q(state__in=["queued", "sent"]), name="crm_mail_state"
            ),
            # each state writes the row anew, with an entry in every index that holds it: so none holds what is empty
            models.Index(fields=["actor", "-id"], condition=models.Q(actor__isnull=False), name="crm_mail_actor"),
            models.Index(
                fields=["contact_id", "-id"], condition=models.Q(contact_id__isnull=False), name="crm_mail_contact"
            ),
            models.Index(fields=["message_id"], name="crm_mail_message_id"),
            models.Index(
                fields=["object_model", "object_id"],
                condition=models.Q(object_id__isnull=False),
                name="crm_mail_object",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(key__isnull=False), name="crm_mail_key_once"),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False), name="crm_mail_sent_has_a_moment"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="in_flight") | models.Q(claimed_slot__isnull=False),
                name="crm_mail_in_flight_has_a_slot",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"

    def get_absolute_url(self) -> str:
        return path_of("crm:mail_detail", self.pk)

    @property
    def tone(self) -> str:
        """The colour of its state."""
        return TONES.get(self.state, "neutral")

    @property
    def can_be_retried(self) -> bool:
        """Whether a person may have it sent again; what only its reader may know is gone once it was sent."""
        return self.state in ENDED_BADLY and bool(self.text or self.html)

    @property
    def can_be_cancelled(self) -> bool:
        return self.state in WAITING_STATES


class MailSlot(models.Model):
    """One connection that a channel may have, and the mails that its sender has in its hands, in their order.

    `reached` of them have been begun. Before it begins the next one, the sender writes what came of the last, but for
    mails that were sent: so of those begun the last is in doubt when the sender dies, the others that are still in
    flight were sent, and the rest was not touched. The table is unlogged: a crash of PostgreSQL empties it.
    """

    channel = models.ForeignKey(MailChannel, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveSmallIntegerField()
    mails = ArrayField(models.BigIntegerField(), default=list)
    reached = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "number"], name="crm_mailslot_once")]

    def __str__(self) -> str:
        return f"{self.channel}/{self.number}"


class MailAttachment(models.Model):
    """A stored file that goes with a mail; with a `content_id` it is an image that the HTML shows (`cid:...`)."""

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="attachments")
    # a file that is still to be sent cannot be deleted
    file = models.ForeignKey("crm.StoredFile", on_delete=models.PROTECT, related_name="+")
    content_id = models.CharField(max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.file.name


class RefusalKey(models.Model):
    """The secret by which refusals of erased people are hashed (`crm.mail.suppression`): one row, made by the database
    that needs it, as the two blocks that HMAC begins with."""

    inner_pad = models.BinaryField()
    outer_pad = models.BinaryField()

    def __str__(self) -> str:
        return "The key of refusals"


class SuppressedAddress(models.Model):
    """Nothing is sent to this address; compared in its normal form."""

    address = models.CharField(max_length=320, unique=True)
    reason = models.CharField(max_length=16, choices=SuppressionReason)
    note = models.CharField(max_length=300, blank=True)
    mail = models.ForeignKey(OutgoingMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["address"]
        verbose_name_plural = "suppressed addresses"

    def __str__(self) -> str:
        return self.address
