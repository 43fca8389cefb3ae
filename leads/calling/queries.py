"""What call lists show: how far they are, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel
from contacts.permission.rule import MARKETING, in_force
from crm.models import User
from leads.choices import CallState, LeadStatus
from leads.models import CallEntry, CallList, Lead


@dataclass(frozen=True)
class ListLine:
    """A list with its progress and its response: of those that were called, who was reached, qualified, bought."""

    call_list: CallList
    entries: int
    called: int
    reached: int
    qualified: int
    converted: int
    left: int

    @property
    def response(self) -> float | None:
        return self.reached / self.called if self.called else None

    @property
    def progress(self) -> float:
        return 1 - self.left / self.entries if self.entries else 1.0


def callable_leads(user: User | None) -> QuerySet[Lead]:
    """Open leads that the person may see, with a number, whose contact has not said no to calls."""
    said = in_force(OuterRef("contact"), ConsentChannel.PHONE, MARKETING, timezone.now()).values("level")[:1]
    rows = Lead.objects.visible_to(user).open().exclude(phone="")
    found: QuerySet[Lead] = rows.annotate(calls=Subquery(said)).filter(Q(calls=None) | Q(calls__gt=ConsentLevel.NONE))
    return found


def waiting(call_list: CallList, user: User | None) -> QuerySet[CallEntry]:
    """What is left for this person: not done, and may still be called."""
    rows: QuerySet[CallEntry] = call_list.entries.filter(state=CallState.WAITING)
    return rows.filter(Exists(callable_leads(user).filter(pk=OuterRef("lead"))))


def list_lines(user: User, pk: int | None = None) -> list[ListLine]:
    """The lists that the person may see: those in use, the newest first; then the closed ones."""
    rows: Any = CallList.objects.visible_to(user).select_related("owner")
    rows = rows.filter(pk=pk) if pk else rows
    called = Q(entries__tries__gt=0)
    counted = rows.annotate(
        n=Count("entries"),
        called=Count("entries", filter=called),
        reached=Count("entries", filter=called & Q(entries__outcome__in=["answered", "call back"])),
        qualified=Count("entries", filter=called & Q(entries__lead__qualified_at__isnull=False)),
        converted=Count("entries", filter=called & Q(entries__lead__status=LeadStatus.CONVERTED)),
        left=Count("entries", filter=Q(entries__state=CallState.WAITING)),
    ).order_by(F("closed_at").desc(nulls_first=True), "-created_at", "-id")
    return [
        ListLine(row, row.n, row.called, row.reached, row.qualified, row.converted, row.left) for row in counted[:100]
    ]


def outcomes_of(call_list: CallList) -> Sequence[tuple[str, int]]:
    """How often each outcome came, the most frequent first."""
    rows = call_list.entries.exclude(outcome="").order_by().values_list("outcome").annotate(n=Count("pk"))
    return sorted(rows, key=lambda row: -row[1])


def left_for(call_list: CallList, user: User) -> tuple[int, int]:
    """(how many are left for this person, how many of them wait for a second try that is not due yet)."""
    counts = waiting(call_list, user).aggregate(
        left=Count("pk"), later=Count("pk", filter=Q(again_at__gt=timezone.now()))
    )
    return counts["left"], counts["later"]
