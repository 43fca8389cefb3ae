"""Celery entry points of feedback."""

from __future__ import annotations

from celery import shared_task

from feedback.asking.sending import ask_after_events


@shared_task(name="feedback.ask")
def ask_task() -> int:
    """Called every five minutes."""
    return ask_after_events()
