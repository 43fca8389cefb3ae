"""What reaches a person otherwise than by a mail of ours: a letter, a call, a text message, a message of a network."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from campaigns.models.campaigns import Campaign, Recipient
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class Piece(models.Model):
    """What one recipient gets by hand or by an adapter, as it was written down.

    `place` is where it goes: the lines of a postal address, a number, a handle. `code` is theirs alone: by it an answer
    tells of them. Letters to one `household` in one variant go as one, that of the first of them. `task_id` is the call
    that somebody is to make. `claimed_at`: from then on an adapter has it, so that it is never handed over again.
    """

    recipient = models.OneToOneField(Recipient, primary_key=True, on_delete=models.CASCADE, related_name="piece")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=200)
    place = models.TextField()
    country = models.CharField(max_length=80, blank=True, default="")
    household = models.CharField(max_length=32, blank=True, default="")
    subject = models.CharField(max_length=250)
    words = models.TextField()
    task_id = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="recipient__contact", parent="contacts.contact")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "recipient"]
        indexes = [
            models.Index(fields=["campaign", "household", "recipient"], name="campaigns_piece_household"),
            models.Index(fields=["task_id"], condition=Q(task_id__isnull=False), name="campaigns_piece_task"),
        ]

    def __str__(self) -> str:
        return f"{self.name} in {self.campaign}"

    @property
    def code_in_words(self) -> str:
        """`K7QW-M2XD-9HPA`."""
        return "-".join(self.code[at : at + 4] for at in range(0, len(self.code), 4))
