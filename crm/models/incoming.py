"""Incoming mail: the mailboxes it comes from, and every mail with its bytes before it is anything else."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.incoming.choices import Door, IncomingState, MailPurpose, Nature, Outcome, Security
from crm.models.hanging import OnRecord
from crm.paths import path_of

STATE_TONES = {"taken": "accent", "done": "good", "quarantined": "bad"}
OUTCOME_TONES = {
    "parked": "bad",
    "kept": "warn",
    "bounce": "warn",
    "complaint": "bad",
    "duplicate": "neutral",
    "auto_reply": "neutral",
    "discarded": "neutral",
}


def new_hook_token() -> str:
    """Letters of an address that nobody guesses."""
    return secrets.token_urlsafe(24)


class Mailbox(models.Model):
    """An address whose mails come in: fetched by IMAP where it names a server, or brought to its hook.

    `last_uid` is the last mail that was taken in under `uid_validity`; both are written with the mail. `fetches_old`:
    what lay there before the first time, too. `is_for_answers`: our mails name it, signed, as an address for answers.
    The password is sealed, and never shown again.
    """

    name = models.CharField(max_length=80)
    address = models.CharField("e-mail address", max_length=320, unique=True)
    purpose = models.CharField(max_length=16, choices=MailPurpose, default=MailPurpose.GENERAL)
    is_active = models.BooleanField("in use", default=True)
    is_for_answers = models.BooleanField("answers to our mails come here", default=False)
    acknowledgement = models.TextField(
        blank=True, help_text="Sent once to who writes to it, at most once a day in a conversation. Empty: nothing."
    )
    host = models.CharField("IMAP server", max_length=255, blank=True)
    port = models.PositiveIntegerField(default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    security = models.CharField(max_length=16, choices=Security, default=Security.TLS)
    user_name = models.CharField("user", max_length=320, blank=True)
    sealed_password = models.TextField(blank=True, editable=False)
    folder = models.CharField(max_length=200, default="INBOX")
    fetches_old = models.BooleanField("take in what is there already", default=False)
    hook_token = models.CharField(max_length=60, unique=True, default=new_hook_token, editable=False)

    uid_validity = models.BigIntegerField(null=True, blank=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    tried_uid = models.BigIntegerField(default=0, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    fetched_at = models.DateTimeField(null=True, blank=True, editable=False)
    next_at = models.DateTimeField(default=timezone.now, editable=False)
    consecutive_errors = models.PositiveIntegerField(default=0, editable=False)
    last_error = models.CharField(max_length=500, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name_plural = "mailboxes"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("incoming:mailbox_detail", self.pk)

    @property
    def is_fetched(self) -> bool:
        """Whether we go and get its mails."""
        return self.is_active and bool(self.host)

    @property
    def tone(self) -> str:
        """The colour of how it is."""
        if not self.is_active:
            return "neutral"
        return "bad" if self.consecutive_errors else "good"


class IncomingMail(OnRecord):
    """One mail that came in. Its bytes are in `IncomingContent`; what they say, and what became of it, is here.

    `record_model` and `record_id` name the record that it hangs on (who may see that sees the mail); `object_model` and
    `object_id` what was made of it: an interaction, a touch with a lead. `answers` is the mail of ours that it answers,
    `owner` who had sent that. `thread` is one key for a conversation. `fingerprint` is of what it says: the same mail
    by two ways has other bytes and the same fingerprint. `is_delay`: a mail server says that it still tries.
    """

    mailbox = models.ForeignKey(
        Mailbox, null=True, blank=True, on_delete=models.PROTECT, related_name="mails", db_index=False
    )
    door = models.CharField(max_length=16, choices=Door)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    received_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=16, choices=IncomingState, default=IncomingState.TAKEN)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)

    nature = models.CharField(max_length=16, choices=Nature, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    worked_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=300, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    references = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    thread = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    from_address = models.CharField(max_length=320, blank=True)
    recipients = ArrayField(models.CharField(max_length=320), default=list, blank=True)
    subject = models.CharField(max_length=900, blank=True)
    text = models.TextField(blank=True)
    visible_text = models.TextField(blank=True)
    has_html = models.BooleanField(default=False)
    attachments = models.JSONField(default=list, blank=True)
    bounced_address = models.CharField(max_length=320, blank=True)
    is_hard = models.BooleanField(null=True, blank=True)
    is_delay = models.BooleanField(default=False, db_default=False)

    answers = models.ForeignKey(
        "crm.OutgoingMail", null=True, blank=True, on_delete=models.SET_NULL, related_name="answered_by", db_index=False
    )
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates", db_index=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="incoming_mails",
        db_index=False,
    )
    object_model = models.CharField(max_length=80, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    # when a machine of ours answered it
    answered_at = models.DateTimeField(null=True, blank=True)

    access = AccessPaths(owner="owner", team="owner__team", on_record=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["mailbox", "id"], condition=models.Q(state="taken"), name="crm_incoming_due"),
            models.Index(fields=["-id"], condition=models.Q(state="quarantined"), name="crm_incoming_parked"),
            models.Index(fields=["outcome", "-id"], name="crm_incoming_outcome"),
            models.Index(fields=["mailbox", "-id"], name="crm_incoming_mailbox"),
            models.Index(fields=["received_at"], name="crm_incoming_received"),
            models.Index(fields=["from_address", "received_at"], name="crm_incoming_sender"),
            models.Index(fields=["message_id"], condition=~models.Q(message_id=""), name="crm_incoming_message_id"),
            models.Index(fields=["thread"], condition=~models.Q(thread=""), name="crm_incoming_thread"),
            models.Index(
                fields=["contact_id", "-id"], condition=models.Q(contact_id__isnull=False), name="crm_incoming_contact"
            ),
            models.Index(fields=["owner", "-id"], condition=models.Q(owner__isnull=False), name="crm_incoming_owner"),
            models.Index(fields=["answers"], condition=models.Q(answers__isnull=False), name="crm_incoming_answers"),
            models.Index(
                fields=["duplicate_of"], condition=models.Q(duplicate_of__isnull=False), name="crm_incoming_duplicate"
            ),
            models.Index(
                fields=["object_model", "object_id"],
                condition=models.Q(object_id__isnull=False),
                name="crm_incoming_object",
            ),
            models.Index(
                fields=["record_model", "record_id", "-id"],
                condition=models.Q(record_id__isnull=False),
                name="crm_incoming_record",
            ),
            models.Index(
                fields=["bounced_address", "-id"], condition=~models.Q(bounced_address=""), name="crm_incoming_bounced"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=~models.Q(fingerprint="") & models.Q(duplicate_of__isnull=True),
                name="crm_incoming_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(outcome=""), name="crm_incoming_done_has_outcome"
            ),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"

    def get_absolute_url(self) -> str:
        return path_of("incoming:mail_detail", self.pk)

    @property
    def tone(self) -> str:
        """The colour of what became of it."""
        if self.state != IncomingState.DONE:
            return STATE_TONES[self.state]
        return OUTCOME_TONES.get(self.outcome, "good")

    @property
    def words(self) -> str:
        """What became of it, in words."""
        return self.get_outcome_display() if self.state == IncomingState.DONE else self.get_state_display()

    @property
    def can_be_replayed(self) -> bool:
        """Whether it may be worked on again: what was made of it stays otherwise."""
        return self.can_be_discarded or self.outcome == Outcome.DISCARDED

    @property
    def can_be_discarded(self) -> bool:
        """Whether it waits for somebody to say that nothing is to be made of it."""
        return self.state == IncomingState.QUARANTINED or self.outcome == Outcome.KEPT


class IncomingContent(models.Model):
    """The bytes of a mail, as they came. In a table of their own: a list of mails reads none of them. `is_whole`: not
    just the head of one that lies in its mailbox yet."""

    mail = models.OneToOneField(IncomingMail, primary_key=True, on_delete=models.CASCADE, related_name="content")
    raw = models.BinaryField()
    is_whole = models.BooleanField(default=True, db_default=True)

    def __str__(self) -> str:
        return f"the bytes of mail {self.pk}"
