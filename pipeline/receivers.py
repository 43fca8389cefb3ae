"""What the pipeline does when the ground floor has news."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from crm.jobs import start_job
from crm.models import User
from crm.signals import company_figures_changed


@receiver(company_figures_changed, dispatch_uid="pipeline.refresh_deals")
def refresh_deals(sender: Any, *, actor: User | None, reason: str, **kwargs: Any) -> None:
    """Amounts in the company's currency are kept with each deal: make them again, in the background."""
    start_job(actor=actor, kind="deal amounts", title=f"{reason} Deals are brought up to date.")
