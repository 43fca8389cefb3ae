"""Reads of notes, files and what people are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.hanging import key_of
from crm.models import Attachment, Notice

if TYPE_CHECKING:
    from django.db.models import Model

    from crm.models import User

NEWEST = 8


def files_of(user: User, record: Model) -> QuerySet[Attachment]:
    """Files at a record that were not taken away, newest first."""
    key = key_of(record)
    rows = Attachment.objects.visible_to(user).filter(removed_at=None)
    rows = rows.filter(record_model=key["record_model"], record_id=key["record_id"])
    return rows.select_related("file", "author")


def with_unread(people: QuerySet[User]) -> QuerySet[User]:
    """People with `unread` read along: how many lines of the bell are new."""
    unread = Notice.objects.filter(user=OuterRef("pk"), read_at=None).order_by().values("user")
    count = Subquery(unread.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    return people.annotate(unread=Coalesce(count, 0))


def newest_notices(user: User, most: int = NEWEST) -> list[Notice]:
    """What the bell shows: the newest lines, read or not."""
    return list(Notice.objects.filter(user=user)[:most])
