"""Who of some contacts may be asked by a survey now, and why the others are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from contacts.choices import ConsentChannel, PointKind
from contacts.models import Contact, ContactPoint
from contacts.permission.rule import permitted
from crm.filtering.searching import search_rows
from crm.filtering.trees.asking import TreeList
from crm.filtering.trees.nodes import tree_of
from crm.mail.suppression import is_closed
from crm.models import SavedView, User
from feedback.choices import LeftOut
from feedback.models import Invitation, Survey

PURPOSE = "survey"
LABEL = "contacts.contact"


@dataclass
class Audience:
    """How many are chosen, how many of them would be asked, and why the others are not."""

    chosen: int = 0
    asked: int = 0
    left: dict[str, int] = field(default_factory=dict)


def segment(user: User | None, view: SavedView | None) -> QuerySet[Contact]:
    """The current contacts of a saved view that the person may see; all of them without one. Raises TreeProblem."""
    rows: Any = Contact.objects.visible_to(user).current()
    if view is None:
        return rows
    node = tree_of(view.filter) if view.filter else None
    if node is not None:
        rows = rows.filter(TreeList(LABEL, user).meant(node))
    return search_rows(rows, view.words, user)


def asked_lately(survey: Survey, now: dt.datetime | None = None) -> QuerySet[Any]:
    """Invitations, of any survey, that forbid to ask the contact of the outer query again."""
    since = (now or timezone.now()) - dt.timedelta(days=survey.fatigue_days)
    return Invitation.objects.filter(contact=OuterRef("pk"), not_asked="", asked_at__gt=since)


def may_be_asked(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those who may be written to for surveys."""
    return permitted(rows, channel=ConsentChannel.EMAIL, purpose=PURPOSE)


def askable(rows: QuerySet[Contact], survey: Survey) -> QuerySet[Contact]:
    """Those who may be written to and were not asked lately."""
    return may_be_asked(rows).exclude(Exists(asked_lately(survey)))


def with_address(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    """With `ask_at`, the address that is written to: the main one, unless nothing is sent to it."""
    points = ContactPoint.objects.filter(contact=OuterRef("pk"), kind=PointKind.EMAIL)
    open_ones = points.exclude(is_closed("normalised"))
    return rows.annotate(ask_at=Subquery(open_ones.order_by("-is_primary", "pk").values("value")[:1]))


def audience_of(rows: QuerySet[Contact], survey: Survey) -> Audience:
    """The numbers of a segment, before anybody is asked."""
    chosen, may, asked = rows.count(), may_be_asked(rows).count(), askable(rows, survey).count()
    left = {LeftOut.PERMISSION.value: chosen - may, LeftOut.FATIGUE.value: may - asked}
    return Audience(chosen, asked, {reason: count for reason, count in left.items() if count})
