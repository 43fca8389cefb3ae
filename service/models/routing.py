"""Rules that give tickets to people, and how people take tickets."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of
from leads.choices import Way
from service.choices import Priority, TicketChannel, TicketKind
from service.languages import LANGUAGES
from service.models.queues import Queue


def _some_of(choices: Any, length: int) -> Any:
    return ArrayField(models.CharField(max_length=length, choices=choices), default=list, blank=True)


class RoutingRule(models.Model):
    """One rule; of those in order of position, the first that fits and has somebody free gives the ticket away.

    A ticket fits where it meets every condition that is filled in; of several values, one is enough. `tree` is the
    filter of a saved view, as it was when the rule was saved (`segment`, its name). `skills` are what whoever gets it
    has to be able to do; with `by_language` they speak the customer's language. The ticket moves to
    `to_queue`, if one is named.
    """

    position = models.PositiveIntegerField("order", default=100)
    name = models.CharField(max_length=120, unique=True)
    is_active = models.BooleanField("in use", default=True)
    segment = models.CharField(max_length=80, blank=True, editable=False)
    tree = models.JSONField(default=dict, blank=True, editable=False)
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    kinds = _some_of(TicketKind.choices, 16)
    priorities = _some_of(Priority.choices, 8)
    channels = _some_of(TicketChannel.choices, 8)
    languages = _some_of(list(LANGUAGES.items()), 8)
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    words = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    product = models.ForeignKey("orders.Product", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    tier = models.ForeignKey(
        "orders.LoyaltyTier", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        verbose_name="customer’s tier",
    )  # fmt: skip
    way = models.CharField("whose turn", max_length=16, choices=Way, default=Way.ROUND_ROBIN)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", through="service.RoutingTurn")
    skills = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    by_language = models.BooleanField("only who speaks the customer’s language", default=False)
    to_queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name="moves it to"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("service:rule_update", self.pk)


class RoutingTurn(models.Model):
    """A person of a rule, and when it was last their turn."""

    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="turns")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    last_at = models.DateTimeField(null=True, editable=False)
    order = models.BigIntegerField(default=0, editable=False)

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="service_turn_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.rule}"


class TicketIntake(models.Model):
    """How a colleague takes tickets: how many at once, what they know, and whether any at all for now.

    Working days and hours, languages and days away are the person's, whatever comes: `leads.Intake` holds them.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="ticket_intake")
    capacity = models.PositiveIntegerField(
        "unsolved tickets at most", null=True, blank=True, help_text="Those that wait for the customer do not count."
    )
    skills = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    is_paused = models.BooleanField("takes none for now", default=False)

    access = AccessPaths(owner="user", team="user__team")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["user__name", "id"]

    def __str__(self) -> str:
        return str(self.user)

    def get_absolute_url(self) -> str:
        return path_of("service:intake_update", self.pk)
