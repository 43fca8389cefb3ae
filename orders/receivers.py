"""What orders do when the ground floor has news."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from crm.jobs import start_job
from crm.models import User
from crm.signals import company_figures_changed


@receiver(company_figures_changed, dispatch_uid="orders.refresh_totals")
def refresh_totals(sender: Any, *, actor: User | None, reason: str, **kwargs: Any) -> None:
    """Days and amounts in the company's currency are kept with each order: make them again, in the background."""
    start_job(actor=actor, kind="order totals", title=f"{reason} Orders are brought up to date.")
