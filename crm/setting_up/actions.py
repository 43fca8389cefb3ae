"""Writes of what holds for the whole house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from crm.log import log
from crm.models import Company, User
from crm.saving import assign
from crm.signals import company_figures_changed


@transaction.atomic
def save_company(*, actor: User, fields: Mapping[str, Any]) -> Company:
    """Change the company's row. A changed currency or time zone makes the figures that are kept anew."""
    company: Company = Company.objects.select_for_update().get(pk=1)
    stood = (company.currency, company.time_zone)
    if changed := assign(company, fields):
        company.save(update_fields=list(fields))
        log(actor=actor, verb="change", object=company, summary=f"Changed {', '.join(changed)} of the company")
    if (company.currency, company.time_zone) != stood:
        reason = "The company's currency or time zone was changed."
        company_figures_changed.send(Company, actor=actor, reason=reason)
    return company


@transaction.atomic
def save_row(*, actor: User, row: models.Model, fields: Mapping[str, Any], what: str) -> None:
    """Save one row of set-up with these values and say so in the log; nothing where nothing changed. The caller holds
    the row."""
    is_new = row._state.adding
    changed = assign(row, fields)
    if not changed and not is_new:
        return
    row.save()
    said = f"Made {what}" if is_new else f"Changed {', '.join(changed)} of {what}"
    log(actor=actor, verb="create" if is_new else "change", object=row, summary=said)
