"""Writes of dashboards: make, change, delete, open first. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.access import can
from crm.choices import Verb
from crm.dashboards.queries import HOUSE_NAME
from crm.languages.refusing import refused
from crm.log import log
from crm.models import Dashboard, User
from crm.saving import assign, locked, refuse_lost_sight

MOST_DASHBOARDS = 50


@transaction.atomic
def create_dashboard(*, actor: User, fields: Mapping[str, Any]) -> Dashboard:
    """A dashboard of the person's own. Raises ValidationError where they may not share it so."""
    if Dashboard.objects.filter(owner=actor).count() >= MOST_DASHBOARDS:
        raise refused("You have %(most)s dashboards: delete one first.", most=MOST_DASHBOARDS)
    dashboard = Dashboard(owner=actor, **fields)
    _refuse_sharing(actor, [], dashboard.roles)
    dashboard.save()
    log(actor=actor, verb="create", object=dashboard, summary=f"Made the dashboard {dashboard}")
    return dashboard


@transaction.atomic
def change_dashboard(*, actor: User, dashboard: Dashboard, version: int, fields: Mapping[str, Any]) -> Dashboard:
    """Raises `StaleRecord` when somebody saved it after `version` was read."""
    current: Dashboard = locked(dashboard, version)
    before = list(current.roles)
    if changed := assign(current, fields):
        _refuse_sharing(actor, before, current.roles)
        current.version += 1
        current.save()
        refuse_lost_sight(actor, current)
        log(
            actor=actor,
            verb="change",
            object=current,
            summary=f"Changed {', '.join(changed)} of the dashboard {current}",
        )
    return current


@transaction.atomic
def delete_dashboard(*, actor: User, dashboard: Dashboard) -> None:
    """Its mails end with it; for whom it opened first, the shipped one does."""
    log(actor=actor, verb="delete", object=dashboard, summary=f"Deleted the dashboard {dashboard}")
    User.objects.filter(first_dashboard=dashboard.pk).update(first_dashboard=None)
    dashboard.delete()


@transaction.atomic
def open_first(*, actor: User, dashboard: Dashboard | None) -> None:
    """The dashboard with which a person begins; None: the shipped one. Nobody else's changes."""
    key = dashboard.pk if dashboard else None
    User.objects.filter(pk=actor.pk).update(first_dashboard=key)
    actor.first_dashboard = key
    name = dashboard or HOUSE_NAME
    log(actor=actor, verb="open first", object=dashboard, kind=Dashboard, summary=f"Opens {name} first")


def _refuse_sharing(actor: User, before: list[str], after: list[str]) -> None:
    if set(before) != set(after) and not can(actor, Verb.RUN, Dashboard):
        raise ValidationError({"roles": "Your role shares dashboards with teams, not with roles."})
