"""Setting, changing and taking away targets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from pipeline.models import Target


@transaction.atomic
def set_target(*, actor: User | None, fields: Mapping[str, Any]) -> Target:
    """Set a target of a person, a team or (for neither) the house. Raises ValidationError where there is one for these
    months, or where it cannot be one."""
    target = Target(**fields)
    target.full_clean()
    target.save()
    log(actor=actor, verb="create", object=target, summary=f"Set the target of {target}: {target.amount}")
    return target


@transaction.atomic
def change_target(*, actor: User | None, target: Target, version: int, fields: Mapping[str, Any]) -> Target:
    """Change what is given. Raises `StaleRecord`."""
    current: Target = locked(target, version)
    if changed := assign(current, fields):
        current.version += 1
        current.full_clean()
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of the target {current}")
    return current


@transaction.atomic
def remove_target(*, actor: User | None, target: Target) -> None:
    """Take a target away."""
    log(actor=actor, verb="delete", object=target, summary=f"Took away the target of {target}, {target.amount}")
    target.delete()
