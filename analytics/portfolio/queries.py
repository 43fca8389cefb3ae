"""How many of the contacts that a person sees stand on each rung."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from analytics.choices import Rung
from analytics.models import LadderScore, ModelRun
from analytics.portfolio.specs import RUNG_TONES
from analytics.rights import sees_whole_base
from crm.models import User

MEANINGS: dict[str, str] = {
    Rung.SUSPECT: "only the name is known, such as from a compiled list; nothing has come from them",
    Rung.PROSPECT: "a lead or a deal, an answer, or on a list of people who answered",
    Rung.CUSTOMER: "bought on one day",
    Rung.CLIENT: "bought on two days or more",
    Rung.SUPPORTER: "a customer who last gave 9 or 10 of 10, or is a member of the loyalty programme",
    Rung.ADVOCATE: "a customer who referred somebody who then became a customer",
}


@dataclass(frozen=True)
class RungRow:
    """One rung: contacts on it, share of all (0 to 1), and the list of them."""

    name: str
    label: str
    tone: str
    meaning: str
    count: int
    share: float
    url: str


def rung_rows(user: User, run: ModelRun) -> list[RungRow]:
    """The rungs from the highest down, of the contacts that the person sees."""
    counts: dict[str, int] = run.metrics
    if not sees_whole_base(user):
        rows = LadderScore.objects.visible_to(user).order_by().values_list("rung").annotate(count=Count("pk"))
        counts = dict(rows)
    total = sum(counts.get(rung, 0) for rung in Rung.values)
    return [
        RungRow(
            rung, label, RUNG_TONES[rung], MEANINGS[rung], counts.get(rung, 0),
            counts.get(rung, 0) / total if total else 0.0, contacts_url(ladder=rung),
        )
        for rung, label in reversed(Rung.choices)
    ]  # fmt: skip


def contacts_url(**asked: Any) -> str:
    """The list of the contacts behind a figure; archived ones are counted, so they are in it."""
    return f"{reverse('contacts:contact_list')}?{urlencode({**asked, 'state': 'all'})}"
