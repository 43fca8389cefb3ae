"""The significant customers that a person sees: how many by each flag, and who they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from analytics.choices import BY_HAND, Significance
from analytics.models import SignificanceMark, SignificanceScore
from analytics.portfolio.queries import contacts_url
from analytics.significance.specs import EVIDENCE, HAND, significant
from analytics.significance.words import MEANINGS, TONES
from contacts.models import Contact
from crm.models import User


@dataclass(frozen=True)
class Tally:
    """Contacts, and the list of them; `count` of None: the flag is not given in this way."""

    count: int | None
    url: str = ""


@dataclass(frozen=True)
class FlagRow:
    """One flag: contacts by evidence, by hand, and those of either way."""

    kind: str
    label: str
    tone: str
    meaning: str
    by_evidence: Tally
    by_hand: Tally
    total: Tally


def flag_rows(user: User) -> list[FlagRow]:
    """The flags in their order, of the contacts that the person sees."""
    seen = Contact.objects.visible_to(user).filter(merged_into=None)
    asked = {kind: Count("pk", filter=significant("in", [kind])) for kind in Significance.values}
    either = seen.aggregate(**{_key(kind): one for kind, one in asked.items()})
    scores = SignificanceScore.objects.visible_to(user).order_by()
    evident = scores.aggregate(
        **{_key(kind): Count("pk", filter=Q(kinds__contains=[kind])) for kind in Significance.values}
    )
    marks = SignificanceMark.objects.visible_to(user).order_by().values_list("kind")
    said: dict[str, int] = dict(marks.annotate(count=Count("pk")))
    rows = []
    for kind, label in Significance.choices:
        hand = Tally(said.get(kind, 0), contacts_url(significant=kind + HAND)) if kind in BY_HAND else Tally(None)
        split = kind + EVIDENCE if kind in BY_HAND else kind
        evidence = Tally(evident[_key(kind)], contacts_url(significant=split))
        total = Tally(either[_key(kind)], contacts_url(significant=kind))
        rows.append(FlagRow(kind, label, TONES[kind], MEANINGS[kind], evidence, hand, total))
    return rows


def significant_contacts(user: User, kind: str = "") -> QuerySet[Contact]:
    """The contacts with this flag (any flag for none), those with most reasons first, then by volume and name."""
    marks = SignificanceMark.objects.filter(contact=OuterRef("pk")).order_by().values("contact")
    counted = Subquery(marks.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    seen = Contact.objects.visible_to(user).filter(significant("in", [kind] if kind else Significance.values))
    found: QuerySet[Contact] = (
        seen.filter(merged_into=None)
        .annotate(flags=Coalesce(F("significance__kinds__len"), 0) + Coalesce(counted, 0))
        .select_related("significance")
        .prefetch_related("significance_marks__made_by")
        .order_by("-flags", F("significance__volume").desc(nulls_last=True), "sort_name", "pk")
    )
    return found


def _key(kind: str) -> Any:
    return f"n_{kind.replace(' ', '_')}"
