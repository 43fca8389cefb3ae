"""Pipelines and their stages, and the reasons that deals are won or lost for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from pipeline.choices import Outcome, RequiredField, StageKind


class Pipeline(models.Model):
    """A way that deals go. The first one by position is where a deal goes that names none."""

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('pipeline:board')}?pipeline={self.pk}"


class Stage(models.Model):
    """A step of a pipeline. A deal that stays longer than `expected_days` is said to rot.

    Without a `probability` of its own (percent) the share of won deals among the closed ones so far stands for it.
    A deal may enter only with what `required_fields` names, and leave for a later stage only when every line of the
    `checklist` is ticked.
    """

    pipeline = models.ForeignKey(Pipeline, on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StageKind, default=StageKind.OPEN)
    probability = models.PositiveSmallIntegerField(
        "probability in %",
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text="Empty: the pipeline's share of won deals so far. Won is 100, lost is 0.",
    )
    expected_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long a deal usually stays; longer is shown as rotting."
    )
    required_fields = ArrayField(
        models.CharField(max_length=16, choices=RequiredField),
        default=list,
        blank=True,
        help_text="What a deal must have before it may enter, parted by commas: "
        + ", ".join(RequiredField.values)
        + ".",
    )
    checklist = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="What must be ticked before a deal goes on, parted by commas.",
    )

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["pipeline", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"],
                name="pipeline_stage_once",
                violation_error_message="This pipeline has a stage of that name.",
            ),
            models.UniqueConstraint(
                fields=["pipeline", "kind"],
                condition=~models.Q(kind=StageKind.OPEN),
                name="pipeline_stage_one_end_each",
                violation_error_message="A pipeline has one stage for won and one for lost deals.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Won is certain, and so is lost."""
        if self.kind != StageKind.OPEN and self.probability is not None:
            raise ValidationError({"probability": "Won is 100 % and lost 0 %: leave this empty."})

    @property
    def is_open(self) -> bool:
        return self.kind == StageKind.OPEN


class OutcomeReason(models.Model):
    """A reason that is offered when a deal is won or lost; any other words may be typed."""

    outcome = models.CharField(max_length=8, choices=Outcome.choices[1:])
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=1)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["outcome", "position", "name"]
        constraints = [models.UniqueConstraint(fields=["outcome", "name"], name="pipeline_reason_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Who saves one holds the names (`hold_names`): reasons differ by more than large and small letters."""
        others = OutcomeReason.objects.filter(outcome=self.outcome).exclude(pk=self.pk)
        if any(one.casefold() == self.name.casefold() for one in others.values_list("name", flat=True)):
            raise ValidationError({"name": "There is a reason of that name already."})
