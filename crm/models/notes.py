"""What people write and leave at a record, and what they are told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.models.hanging import OnRecord
from crm.notes.choices import NOTICE_ICONS, NoticeKind


class Note(OnRecord):
    """Something worth knowing about a record, in the words of who wrote it."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="notes"
    )
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="author", team="author__team", on_record=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["contact_id", "-created_at"], name="crm_note_contact"),
            models.Index(fields=["record_model", "record_id", "-created_at"], name="crm_note_record"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Mention(OnRecord):
    """A colleague who was named by @ in a note, a call or a task (`source_model`, `source_id`) about a record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    source_model = models.CharField(max_length=80)
    source_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="user", on_record=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["contact_id"], name="crm_mention_contact")]
        constraints = [
            models.UniqueConstraint(fields=["source_model", "source_id", "user"], name="crm_mention_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.user}"


class Attachment(OnRecord):
    """A file at a record. Who may see the record may fetch it; taken away, it is kept for the record of the past."""

    file = models.ForeignKey("crm.StoredFile", on_delete=models.PROTECT, related_name="attachments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    access = AccessPaths(owner="author", team="author__team", on_record=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["contact_id", "-created_at"], name="crm_attachment_contact"),
            models.Index(fields=["record_model", "record_id", "-created_at"], name="crm_attachment_record"),
        ]

    def __str__(self) -> str:
        return self.file.name


class MailDraft(OnRecord):
    """A mail that a person is writing: one for each record, until it is sent or thrown away."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_drafts")
    to = models.CharField(max_length=600, blank=True)
    subject = models.CharField(max_length=900, blank=True)
    text = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="author")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at"]
        constraints = [
            models.UniqueConstraint(fields=["author", "record_model", "record_id"], name="crm_maildraft_once"),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"


class Notice(models.Model):
    """Something that a person is told: by the bell, and by mail as they like. `key`: told once, however often asked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=300)
    key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    access = AccessPaths(owner="user")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="crm_notice_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="crm_notice_unread"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def icon(self) -> str:
        return NOTICE_ICONS.get(self.kind, "bell")
