"""Suggestions of customers, and what became of them."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files

import numpy as np

from contacts.models import Contact
from crm.choices import Role
from crm.demo.house import House
from crm.filtering.folding import folded
from feedback.ideas.choices import TOLD, IdeaSource
from feedback.models import Response, Suggestion, SuggestionVote, TouchPoint

WITHIN_DAYS, MOST_VOTES = 150, 14


def suggest(rng: np.random.Generator, house: House, responses: list[Response]) -> None:
    """Each with the customers who ask for it: those who wrote something in a survey first."""
    points = {point.name: point for point in TouchPoint.objects.all()}
    owners = [one.id for role in (Role.MANAGER, Role.MARKETER) for one in house.with_role(role)]
    wrote = [one for one in responses if one.contact_id]
    others = list(Contact.objects.current().order_by("pk").values_list("pk", flat=True)[:200])
    if not wrote or not others:
        return
    end = dt.datetime.combine(house.end, dt.time(9), tzinfo=house.zone)
    for line in files("feedback.demo").joinpath("ideas.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        state, title, place, text, answer, *words = (part.strip() for part in line.split("|"))
        made = end - dt.timedelta(days=int(rng.integers(20, WITHIN_DAYS)), hours=float(rng.random() * 6))
        moved = made if state == "new" else made + (end - made) * 0.6
        suggestion = Suggestion(
            title=title, text=text, answer=answer, state=state, touch_point=points.get(place), state_at=moved,
            owner_id=owners[int(rng.integers(len(owners)))] if owners else None, created_at=made,
            planned_on=(end + dt.timedelta(days=120)).date() if state == "planned" else None,
            search_text=folded(f"{title} {text}"),
        )  # fmt: skip
        suggestion.save()
        votes = _votes(rng, suggestion, words, wrote, others, made)
        if state in TOLD:
            for vote in votes:
                vote.told_state, vote.told_at = state, moved
        SuggestionVote.objects.bulk_create(votes)
        Suggestion.objects.filter(pk=suggestion.pk).update(votes=len(votes))


def _votes(
    rng: np.random.Generator, suggestion: Suggestion, words: list[str], wrote: list[Response], others: list[int],
    made: dt.datetime,
) -> list[SuggestionVote]:  # fmt: skip
    found: dict[int, SuggestionVote] = {}
    for text in words:
        response = wrote[int(rng.integers(len(wrote)))]
        if response.contact_id:
            found[response.contact_id] = SuggestionVote(
                suggestion=suggestion, contact_id=response.contact_id, response=response, words=text, asked_at=made,
                source=IdeaSource.ANSWER,
            )  # fmt: skip
    for place in rng.choice(len(others), size=int(rng.integers(0, min(MOST_VOTES, len(others)) + 1)), replace=False):
        source = IdeaSource.PORTAL if rng.random() < 0.5 else IdeaSource.HAND
        asked = made + dt.timedelta(days=float(rng.random() * 15))
        found.setdefault(
            others[place],
            SuggestionVote(suggestion=suggestion, contact_id=others[place], asked_at=asked, source=source),
        )
    return list(found.values())
