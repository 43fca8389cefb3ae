"""Which runs of uplift stand: the last that learned anything, and the one whose uplifts people have."""

from __future__ import annotations

from analytics.models import ModelRun
from campaigns.models import UpliftScore

STEP = "uplift"


def last_good_run() -> ModelRun | None:
    """The newest run that learned anything, whether or not there was evidence."""
    runs = ModelRun.objects.filter(step=STEP, metrics__model__isnull=False).exclude(metrics__model=None)
    return runs.select_related("actor").order_by("-created_at", "-pk").first()


def holding_run() -> ModelRun | None:
    """The run whose uplifts people have now; None where nobody has one."""
    key = UpliftScore.objects.values_list("run_id", flat=True).first()
    return ModelRun.objects.filter(pk=key).first() if key else None
