"""What reaches a person otherwise than by a mail of ours: a letter, a call, a text message, a message of a network."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.choices import Delivery
from campaigns.models.campaigns import Campaign, Recipient
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class PieceFile(models.Model):
    """A file of pieces that somebody took to a printer or a provider: what is in it stands fast. `gone_on`: the day on
    which they went out; empty: nobody has said so."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="piece_files")
    number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    taken_at = models.DateTimeField(auto_now_add=True)
    gone_on = models.DateField(null=True)

    access = AccessPaths(through="campaign", parent="campaigns.campaign")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="campaigns_piece_file_number")]

    def __str__(self) -> str:
        return f"File {self.number} of {self.campaign}"


class Piece(models.Model):
    """What one recipient gets by hand or by an adapter, as it was written down.

    `place` is where it goes: the lines of a postal address, a number, a handle. `code` is theirs alone: by it an answer
    tells of them. Letters to one `household` in one variant go as one, that of the first of them. `task_id` is the call
    that somebody is to make. `file` is the one it was taken in. `claimed_at`: from then on an adapter has it, and it
    is never handed over again.
    """

    recipient = models.OneToOneField(Recipient, primary_key=True, on_delete=models.CASCADE, related_name="piece")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=200)
    place = models.TextField()
    country = models.CharField(max_length=80, blank=True, default="")
    household = models.CharField(max_length=32, blank=True, default="")
    subject = models.CharField(max_length=200)
    words = models.TextField()
    task_id = models.BigIntegerField(null=True)
    file = models.ForeignKey(PieceFile, null=True, on_delete=models.SET_NULL, related_name="pieces")
    claimed_at = models.DateTimeField(null=True)
    # of an adapter whose provider says what becomes of a message: the id that it gave it, and what it said last
    provider_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    delivery = models.CharField(max_length=12, choices=Delivery, blank=True, default="", db_default="")
    delivery_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="recipient__contact", parent="contacts.contact")
    names_contacts = ("recipient__contact_id",)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "recipient"]
        indexes = [
            models.Index(fields=["campaign", "household", "recipient"], name="campaigns_piece_household"),
            models.Index(
                fields=["campaign", "recipient"], condition=Q(claimed_at=None, file=None), name="campaigns_piece_waits"
            ),
            models.Index(fields=["task_id"], condition=Q(task_id__isnull=False), name="campaigns_piece_task"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.campaign}"

    @property
    def code_in_words(self) -> str:
        """`K7QW-M2XD-9HPA`."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))
