"""Celery entry points of leads."""

from __future__ import annotations

from celery import shared_task

from leads.allocation.actions import give_waiting, reassign_missed
from leads.capture.actions import forget_unconfirmed
from leads.nurturing.engine import run_sequences
from leads.recycling import recycle_due
from leads.scoring.engine import score_leads


@shared_task(name="leads.reassign")
def reassign_task() -> int:
    """Give leads that nobody touched in time to the next one."""
    return reassign_missed()


@shared_task(name="leads.give_waiting")
def give_waiting_task() -> int:
    """Give leads for whom nobody was free to who is free by now."""
    return give_waiting()


@shared_task(name="leads.recycle")
def recycle_task() -> int:
    """Bring back the leads whose day has come, forget what nobody confirmed; asked every hour, each lead once."""
    forget_unconfirmed()
    return recycle_due()


@shared_task(name="leads.score")
def score_task() -> int:
    """Compute the scores by the rules anew: what leads did counts less by the day."""
    return score_leads()


@shared_task(name="leads.nurture")
def nurture_task() -> int:
    """Do what is due in sequences; how many mails and tasks."""
    ran = run_sequences()
    return ran.mails + ran.tasks
