"""Writes of touch points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import assign
from feedback.experience.counting import count_again
from feedback.experience.telling_apart import refuse_twin
from feedback.models import TouchPoint
from feedback.naming import refuse_taken_name


@transaction.atomic
def create_touch_point(*, actor: User | None, fields: Mapping[str, Any]) -> TouchPoint:
    """A new touch point of the journey. Raises ValidationError for a name that is taken, or where nothing tells it
    apart from another one of its channel at its stage."""
    refuse_taken_name(TouchPoint, str(fields.get("name", "")), None)
    point = TouchPoint(**fields)
    refuse_twin(point)
    point.save()
    log(actor=actor, verb="create", object=point, summary=f"New touch point: {point}")
    count_again(actor=actor)
    return point


@transaction.atomic
def change_touch_point(*, actor: User | None, point: TouchPoint, fields: Mapping[str, Any]) -> TouchPoint:
    """Change what it is, or what is planned there. Raises ValidationError as `create_touch_point` does."""
    current = TouchPoint.objects.select_for_update().get(pk=point.pk)
    refuse_taken_name(TouchPoint, str(fields.get("name", current.name)), current)
    if changed := assign(current, fields):
        refuse_twin(current)
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current}”")
        count_again(actor=actor)
    return current
