"""Dashboards that people put together from the ready tiles, who gets one by mail and when, and the ledger of those
mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from crm.choices import Role
from crm.dashboards.choices import DeliveryState, PeriodLength, Rhythm, Weekday
from crm.grants import AccessPaths
from crm.paths import path_of
from crm.shared_things import SharedQuerySet, of_team_or_above

if TYPE_CHECKING:
    from crm.models.people import User


class DashboardQuerySet(SharedQuerySet["Dashboard"]):
    """A dashboard of a team is seen in the teams below it too; one of a role by all of that role."""

    def shared_with(self, user: User) -> Q:
        return Q(roles__contains=[user.role]) | of_team_or_above(user)

    def shown_to(self, user: User) -> Self:
        """The tabs of a person: their own dashboards and those shared with them, by name."""
        return self.filter(Q(owner=user) | self.shared_with(user)).order_by("name", "id")


class Dashboard(models.Model):
    """Ready tiles in an order of their own, with the period and the segment that they begin with. A tile is its name;
    whoever looks sees those that they may see, with their own rows."""

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="dashboards"
    )
    team = models.ForeignKey(
        "crm.Team", null=True, blank=True, on_delete=models.SET_NULL, help_text="Its people and the teams below see it."
    )
    roles = ArrayField(models.CharField(max_length=16, choices=Role), default=list, blank=True)
    tiles = ArrayField(models.CharField(max_length=60), default=list)
    period = models.CharField("period", max_length=8, choices=PeriodLength, default=PeriodLength.QUARTER)
    segment = models.CharField("segment", max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    access = AccessPaths(owner="owner", team="team")
    objects: Any = DashboardQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("dashboards:own", self.pk)


class SubscriptionQuerySet(SharedQuerySet["DashboardSubscription"]):
    """Whoever gets a mail sees by what subscription."""

    def shared_with(self, user: User) -> Q:
        gets = self.model.recipients.through.objects.filter(user=user).values("dashboardsubscription")
        return Q(pk__in=gets)


class DashboardSubscription(models.Model):
    """Who gets a dashboard by mail, and when; without a `dashboard` it is the one of each recipient's role.

    `hour` is that of its owner's clock. A month that has no such `day` has it on its last one. `next_at` is reckoned
    anew from each moment to the next.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="dashboard_subscriptions"
    )
    dashboard = models.ForeignKey(
        Dashboard, null=True, blank=True, on_delete=models.CASCADE, related_name="subscriptions"
    )
    rhythm = models.CharField("how often", max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    weekday = models.PositiveSmallIntegerField("weekday", choices=Weekday, default=Weekday.MONDAY)
    day = models.PositiveSmallIntegerField(
        "day of the month", default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    hour = models.PositiveSmallIntegerField("hour", default=7, validators=[MaxValueValidator(23)])
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="dashboard_mails", blank=True)
    next_at = models.DateTimeField(editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="owner", team="owner__team")
    objects: Any = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["next_at"], name="crm_dashboardsub_next")]
        verbose_name = "mailed dashboard"
        verbose_name_plural = "mailed dashboards"

    def __str__(self) -> str:
        return f"{self.dashboard or 'The dashboard of the role'}, {self.when}"

    def get_absolute_url(self) -> str:
        return f"{reverse('dashboards:mail_list')}#mail-{self.pk}"

    @property
    def when(self) -> str:
        """`every Monday at 07:00`."""
        hour = f"{self.hour:02}:00"
        if self.rhythm == Rhythm.DAILY:
            return f"every day at {hour}"
        if self.rhythm == Rhythm.WEEKLY:
            return f"every {Weekday(self.weekday).label} at {hour}"
        return f"every month on day {self.day} at {hour}"


class DashboardDelivery(models.Model):
    """One dashboard for one person at one moment: written when it is due, worked on by a job, once.

    A mail of a subscription is unique by subscription, moment and person; `subscription` is empty for one that was
    asked for at once.
    """

    subscription = models.ForeignKey(
        DashboardSubscription, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    dashboard = models.ForeignKey(Dashboard, null=True, on_delete=models.SET_NULL, related_name="+")
    is_shipped = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    period = models.CharField(max_length=8, blank=True)
    # None: the segment of the dashboard
    segment = models.CharField(max_length=120, null=True)
    state = models.CharField(max_length=8, choices=DeliveryState, default=DeliveryState.WAITING)
    note = models.CharField(max_length=300, blank=True)
    mail = models.ForeignKey("crm.OutgoingMail", null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.ForeignKey("crm.StoredFile", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "dashboard deliveries"
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "due_at", "user"],
                condition=Q(subscription__isnull=False),
                name="crm_dashboarddelivery_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.due_at:%Y-%m-%d %H:%M}"
