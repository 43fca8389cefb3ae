"""Reads of the page of satisfaction: what its values are called, and the newest comments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from analytics.satisfaction.page import VALUE_NAMES
from contacts.queries import UNSEEN_CONTACT
from crm.access import veil
from crm.field_rights import mask
from crm.models import User
from feedback.models import Response, Survey, TouchPoint
from orders.models import Product

MOST_COMMENTS = 8
MODELS: dict[str, Any] = {"survey": Survey, "touch_point": TouchPoint, "product": Product, "agent": User}


def value_names(dimension: str, values: Iterable[str]) -> dict[str, str]:
    """The words for the values of a dimension; those that are missing say themselves what they are."""
    if dimension == "value":
        return VALUE_NAMES
    if dimension not in MODELS:
        return {}
    keys = [int(value) for value in values if value.isdecimal()]
    rows = MODELS[dimension].objects.filter(pk__in=keys).values_list("pk", "name")
    return {str(key): name for key, name in rows}


def newest_comments(user: User) -> list[Response]:
    """The newest comments of customers whom the person may see."""
    rows = Response.objects.visible_to(user).with_score().exclude(search_text="").select_related("contact", "survey")
    found = list(rows.order_by("-told_at", "-pk")[:MOST_COMMENTS])
    veil(user, found, {"contact": UNSEEN_CONTACT})
    for one in found:
        mask(user, one)
    return found
