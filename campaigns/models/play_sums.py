"""What the people of plays come to by group: kept by triggers, read by the pages of plays."""

from __future__ import annotations

from typing import Any

from django.db import models

from campaigns.choices import EntryState
from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.kept_sums.fields import UNBOUND


class PlaySum(models.Model):
    """A part of what the people of a group come to: all rows of a group together are its sum (`campaigns.plays.sums`).

    Entries of a play by side, state, reason and the step that they wait for, with those who reached the goal and what
    they spent (company's currency), of all people: for who sees every contact.
    """

    kind = models.CharField(max_length=4)
    play = models.ForeignKey("campaigns.Play", **UNBOUND)
    is_control = models.BooleanField(null=True)
    state = models.CharField(max_length=8, choices=EntryState, null=True)
    reason = models.CharField(max_length=200, null=True)
    step = models.ForeignKey("campaigns.PlayStep", **UNBOUND)
    people = models.DecimalField(max_digits=20, decimal_places=0)
    reached = models.DecimalField(max_digits=20, decimal_places=0)
    amount = models.DecimalField(max_digits=28, decimal_places=2)
    squares = models.DecimalField(max_digits=38, decimal_places=4)
    key = models.BigIntegerField()
    is_folded = models.BooleanField()

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["play"], name="campaigns_playsum_play"),
            models.Index(fields=["key"], condition=models.Q(is_folded=False), name="campaigns_playsum_new"),
        ]

    def __str__(self) -> str:
        return f"Play {self.play_id}: {self.people} people"
