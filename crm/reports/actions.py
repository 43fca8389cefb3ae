"""Writes of saved reports: make, change, keep what is asked, delete. Each is one transaction and one log row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.access import can
from crm.choices import Verb
from crm.filtering.trees.keeping import keep_long
from crm.filtering.trees.nodes import tree_of
from crm.languages.refusing import refused
from crm.log import log
from crm.models import SavedReport, User
from crm.saving import assign, locked, refuse_lost_sight

MOST_REPORTS = 200


@transaction.atomic
def create_report(*, actor: User, definition: Mapping[str, Any], fields: Mapping[str, Any]) -> SavedReport:
    """Keep what a report asks under a name, for its maker and whom it names."""
    if SavedReport.objects.filter(owner=actor).count() >= MOST_REPORTS:
        raise refused("You have %(most)s reports: delete one first.", most=MOST_REPORTS)
    report = SavedReport(owner=actor, definition=dict(definition), **fields)
    _refuse_role(actor, report, "")
    report.save()
    _keep_filter(report)
    log(actor=actor, verb="create", object=report, summary=f"Saved the report {report.name}")
    return report


@transaction.atomic
def change_report(*, actor: User, report: SavedReport, version: int, fields: Mapping[str, Any]) -> SavedReport:
    """Rename, share, hand over. Raises `StaleRecord` when somebody saved it after `version` was read."""
    current: SavedReport = locked(report, version)
    role, owner = current.role, current.owner_id
    if changed := assign(current, fields):
        _refuse_role(actor, current, role)
        current.version += 1
        current.save()
        if current.owner_id == owner:
            refuse_lost_sight(actor, current)
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of the report {current}")
    return current


@transaction.atomic
def keep_definition(*, actor: User, report: SavedReport, version: int, definition: Mapping[str, Any]) -> SavedReport:
    """Make the report ask what its page asks now. Raises `StaleRecord`."""
    current: SavedReport = locked(report, version)
    if assign(current, {"definition": dict(definition)}):
        current.version += 1
        current.save()
        _keep_filter(current)
        log(actor=actor, verb="change", object=current, summary=f"Changed what the report {current} asks")
    return current


@transaction.atomic
def delete_report(*, actor: User, report: SavedReport) -> None:
    log(actor=actor, verb="delete", object=report, summary=f"Deleted the report {report.name}")
    report.delete()


def _keep_filter(report: SavedReport) -> None:
    """A long filter gets its short name, so that addresses can hold it."""
    if report.definition.get("filter"):
        keep_long(tree_of(report.definition["filter"]))


def _refuse_role(actor: User, report: SavedReport, was: str) -> None:
    if report.role != was and not can(actor, Verb.RUN, SavedReport):
        raise ValidationError("Only administrators share a report with everybody of a role.")
