"""Writes of the rules of scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.jobs import Progress, start_job
from crm.log import log
from crm.models import JobRun, User
from crm.saving import assign
from leads.models import ScoreRule
from leads.scoring.engine import score_leads

KIND = "score leads"


@transaction.atomic
def save_score_rule(*, actor: User | None, rule: ScoreRule, fields: Mapping[str, Any]) -> ScoreRule:
    """Make or change a rule; a worker then scores all leads anew."""
    current = ScoreRule.objects.select_for_update().get(pk=rule.pk) if rule.pk else rule
    if assign(current, fields) or not rule.pk:
        verb = "change" if rule.pk else "create"
        current.save()
        log(actor=actor, verb=verb, object=current, summary=f"Rule of scoring: {current.name}, {current.points:+d}")
        start_scoring(actor=actor)
    return current


@transaction.atomic
def remove_score_rule(*, actor: User | None, rule: ScoreRule) -> None:
    """Take a rule away; a worker then scores all leads anew."""
    log(actor=actor, verb="delete", object=rule, summary=f"Removed the rule of scoring “{rule.name}”")
    rule.delete()
    start_scoring(actor=actor)


def start_scoring(*, actor: User | None) -> JobRun:
    """Ask a worker for the scores of all leads."""
    return start_job(actor=actor, kind=KIND, title="Score all leads by the rules")


def run_scoring(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: one statement."""
    return {"changed": score_leads()}
