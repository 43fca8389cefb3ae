"""Pairs of contacts that may be one party, those of which a person said that they are two, and what they rest on."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from contacts.choices import ContactKind
from contacts.models import Contact
from crm.access import VisibleQuerySet
from crm.choices import Verb
from crm.grants import AccessPaths
from crm.models import User
from crm.paths import path_of


class PairQuerySet(VisibleQuerySet[Any]):
    """Pairs; a person reaches one by reaching both of its contacts."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        rows = super().visible_to(user, verb)
        return rows if user is None else rows.filter(second__in=Contact.objects.visible_to(user, verb).order_by())

    def waiting(self) -> Self:
        """Nobody has said of them yet that they are two, and neither of them is archived."""
        said = DistinctPair.objects.filter(first=OuterRef("first"), second=OuterRef("second"))
        return self.filter(~Exists(said), first__archived_at=None, second__archived_at=None)

    def of_contact(self, contact_id: int) -> Self:
        return self.filter(Q(first_id=contact_id) | Q(second_id=contact_id))


class DuplicatePair(models.Model):
    """Two contacts that are one party with this probability, as of the last run; `first` has the lower id.

    `evidence` has, by field, how alike they are and what that says: [field, level, weight], the weight in bits (a bit
    doubles the odds), the heaviest first; `analytics.duplicates.comparing` says it in words. Fields that one of both
    lacks are not in it. The values stay with the contacts.
    """

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    probability = models.FloatField()
    evidence = models.JSONField(default=list)
    run_id = models.BigIntegerField()

    access = AccessPaths(through="first", parent="contacts.contact")
    objects = PairQuerySet.as_manager()

    class Meta:
        ordering = ["-probability", "-id"]
        verbose_name = "possible duplicate"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="analytics_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="analytics_pair_in_order"),
        ]
        indexes = [models.Index(fields=["-probability", "-id"], name="analytics_pair_likely")]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}"

    def get_absolute_url(self) -> str:
        return path_of("duplicates:pair_detail", self.pk)


class DistinctPair(models.Model):
    """Two contacts of which a person said that they are not the same party: they are never shown as a pair again."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="first", parent="contacts.contact")
    objects = PairQuerySet.as_manager()

    class Meta:
        ordering = ["-said_at", "-id"]
        verbose_name = "pair that is not the same"
        verbose_name_plural = "pairs that are not the same"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="analytics_distinct_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="analytics_distinct_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first} is not {self.second}"


class DuplicateBasis(models.Model):
    """What the contacts of a kind were last compared with, so that the next night compares only what has changed.

    `method`: the code and the fields that were compared; `salt`: the key of the numbers in its arrays; `learned`: the
    model (`Linkage`) and how many contacts knew each field when everybody was compared with one another, at `full_at`;
    `changed`: how many contacts were new, changed or gone in the nights since.
    """

    kind = models.CharField(max_length=20, choices=ContactKind.choices, unique=True)
    method = models.TextField()
    salt = models.CharField(max_length=16)
    learned = models.JSONField()
    full_at = models.DateTimeField()
    compared_at = models.DateTimeField()
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "basis of duplicates"
        verbose_name_plural = "bases of duplicates"

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.compared_at:%Y-%m-%d}"


class DuplicateArray(models.Model):
    """Numbers of all contacts of a basis, as an array: ids, marks, keys (`steps/duplicate_marks.py`), and how often
    each value was there. They are made of each contact's values with the basis's `salt`: whoever has both can try
    values out, so an erasure takes out those of the person (`duplicates/forgetting.py`)."""

    basis = models.ForeignKey(DuplicateBasis, on_delete=models.CASCADE, related_name="arrays")
    name = models.CharField(max_length=120)
    content = models.BinaryField()

    class Meta:
        verbose_name = "array of duplicates"
        verbose_name_plural = "arrays of duplicates"
        constraints = [models.UniqueConstraint(fields=["basis", "name"], name="analytics_array_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.basis}"
