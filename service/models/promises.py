"""What customers are promised: within how much working time somebody answers, and a ticket is solved."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.languages.refusing import leaves, refused
from service.choices import Priority
from service.hours import Window, WorkingHours
from service.models.queues import Queue

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
HOURS_HELP = "Such as 09:00-12:00, 13:00-17:30; empty: closed."


def windows_of(text: str) -> tuple[Window, ...]:
    """The hours of a day as they are typed. Raises ValidationError with a sentence."""
    found: list[Window] = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        match = SPAN.fullmatch(part)
        if match is None or (match[3] == "24" and match[4] != "00"):
            raise refused("“%(part)s” are no hours: write them as 09:00-17:00.", part=part[:30])
        opens, closes = dt.time(int(match[1]), int(match[2])), dt.time(int(match[3]) % 24, int(match[4]))
        if closes != dt.time() and closes <= opens:
            raise refused("“%(part)s” ends before it begins.", part=part)
        if found and (found[-1][1] == dt.time() or opens < found[-1][1]):
            raise ValidationError("Hours of one day follow one another, and do not overlap.")
        found.append((opens, closes))
    return tuple(found)


class ServiceHours(models.Model):
    """When somebody is there: hours of each weekday in a time zone, and the holidays."""

    name = models.CharField(max_length=120, unique=True)
    time_zone = models.CharField(max_length=60, blank=True, help_text="Such as Europe/Berlin; empty: the company's.")
    monday = models.CharField(max_length=80, blank=True, default="09:00-17:00", help_text=HOURS_HELP)
    tuesday = models.CharField(max_length=80, blank=True, default="09:00-17:00")
    wednesday = models.CharField(max_length=80, blank=True, default="09:00-17:00")
    thursday = models.CharField(max_length=80, blank=True, default="09:00-17:00")
    friday = models.CharField(max_length=80, blank=True, default="09:00-17:00")
    saturday = models.CharField(max_length=80, blank=True, default="")
    sunday = models.CharField(max_length=80, blank=True, default="")
    holidays = ArrayField(
        models.DateField(), default=list, blank=True, help_text="Days on which nobody is there, between commas."
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "service hours"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Hours that can be read, a zone that there is, and a week in which somebody is there."""
        problems: dict[str, list[Any]] = {}
        for name in WEEKDAYS:
            try:
                windows_of(getattr(self, name))
            except ValidationError as error:
                problems[name] = leaves(error)
        if self.time_zone and self.time_zone not in available_timezones():
            problems["time_zone"] = ["There is no such time zone."]
        if problems:
            raise ValidationError(problems)
        if not any(getattr(self, name).strip() for name in WEEKDAYS):
            raise ValidationError("Somebody has to be there at some time of the week.")

    @property
    def working(self) -> WorkingHours:
        """As clocks read them."""
        from crm.company import current_company  # noqa: PLC0415 - reads models, which must be there first

        zone = ZoneInfo(self.time_zone) if self.time_zone else current_company().zone
        return WorkingHours(zone, tuple(windows_of(getattr(self, name)) for name in WEEKDAYS), frozenset(self.holidays))


class PromiseManager(models.Manager.from_queryset(VisibleQuerySet)):  # type: ignore[misc]
    """Promises that hold: not those that were taken away."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(removed_at=None)


class SlaPolicy(models.Model):
    """A promise: working minutes until the first reply, until the next one, and until it is solved (empty: none).

    The first policy by position that fits a ticket's queue, priority and the loyalty tier of its customer holds.
    `removed_at`: it was taken away; a worker moves its tickets on, and deletes it when none is left (`everything`).
    """

    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=1)
    hours = models.ForeignKey(ServiceHours, on_delete=models.PROTECT, related_name="policies")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="policies")
    priority = models.CharField(max_length=8, choices=Priority, blank=True, default="")
    tier = models.ForeignKey(
        "orders.LoyaltyTier", null=True, blank=True, on_delete=models.CASCADE, related_name="service_policies"
    )
    first_reply_minutes = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    next_reply_minutes = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    solution_minutes = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    access = AccessPaths(shared=True)
    objects = PromiseManager()
    everything = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(removed_at=None),
                name="service_promise_name_once",
                violation_error_code="unique",
                violation_error_message="A promise of this name already exists.",
            )
        ]
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not (self.first_reply_minutes or self.next_reply_minutes or self.solution_minutes):
            raise ValidationError("Promise something: a first reply, a next one, or a solution.")
