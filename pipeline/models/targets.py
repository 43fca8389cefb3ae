"""What is to be won: by a person, a team or the whole house, in a span of months."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.paths import path_of


class Target(models.Model):
    """An amount to be won in the months from `starts_on`, in the company's currency. Without a person and a team it is
    the whole house's."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="targets"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.CASCADE, related_name="targets")
    starts_on = models.DateField("from", help_text="The first day of a month.")
    months = models.PositiveSmallIntegerField(default=3, choices=[(1, "a month"), (3, "a quarter"), (12, "a year")])
    amount = models.DecimalField(max_digits=18, decimal_places=2, validators=[MinValueValidator(1)])
    version = models.PositiveIntegerField(default=1, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "team", "starts_on", "months"],
                name="pipeline_target_once",
                nulls_distinct=False,
                violation_error_message="There is a target for that span already.",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) | models.Q(team=None),
                name="pipeline_target_of_one",
                violation_error_message="A target is a person's or a team's, not both.",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__day=1),
                name="pipeline_target_from_the_first",
                violation_error_message="It begins on the first day of a month.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.who}, {self.get_months_display()} from {self.starts_on}"

    def get_absolute_url(self) -> str:
        return path_of("pipeline:target_update", self.pk)

    @property
    def who(self) -> str:
        """Whose it is."""
        return str(self.user or self.team or "Everybody")
