"""The mails of a play as one person would get them, before anybody does or while it runs."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.models import Play, PlayStep
from campaigns.offers.choosing import Weighed
from campaigns.offers.looking import best_says, offers_for
from campaigns.plays.entering import people_for
from campaigns.plays.queries import entries_of, mail_of
from campaigns.segments.meaning import asked_by
from campaigns.sending.trying import MOST_OFFERED, Look, look_at
from contacts.models import Contact
from crm.filtering.patience import OutOfPatience, patience
from crm.filtering.trees.nodes import TreeProblem
from crm.models import User

MAY_MILLISECONDS = 2_000


@dataclass(frozen=True)
class StepLook:
    """The mail of one step for one person, with the offers that it may make them; `day` counts from the event, where
    every step before it was for them."""

    step: PlayStep
    day: int
    look: Look
    offers: list[Weighed]


def people_to_look_at(play: Play, user: User) -> list[Contact]:
    """Through whose eyes it can be seen: who came in last, else the newest of those who may, else (also
    where that takes long to find) the newest contacts;
    of them whom the person may see, and nobody of the control group."""
    seen = Contact.objects.visible_to(user).filter(archived_at=None)
    newest = (
        entries_of(user, play).filter(is_control=False).order_by("-entered_at", "-pk").values_list("contact", flat=True)
    )
    came = {key: place for place, key in enumerate(newest[: 2 * MOST_OFFERED])}
    if inside := sorted(seen.filter(pk__in=came), key=lambda one: came[one.pk]):
        return inside[:MOST_OFFERED]
    try:
        with asked_by(None), patience(MAY_MILLISECONDS):
            may = people_for(play, list(play.steps.filter(removed_at=None))).order_by("-pk").values("pk")
            found = list(seen.filter(pk__in=may).order_by("-pk")[:MOST_OFFERED])
    except OutOfPatience:  # a segment that takes long to ask
        found = []
    except TreeProblem:  # a segment that cannot be asked any more: the page of the play says so
        found = []
    return found or list(seen.order_by("-pk")[:MOST_OFFERED])


def looks_of(play: Play, contact: Contact, user: User) -> list[StepLook]:
    """Each mail of the play in the order of its steps, as this contact would get it now."""
    steps = play.steps.filter(removed_at=None).select_related("segment", "carrier__play", "offer")
    found, day = [], 0
    for step in steps.prefetch_related("carrier__variants").order_by("position", "pk"):
        day += step.wait_days
        variant = mail_of(step)
        if variant is None:
            continue
        offers = offers_for(step.carrier, contact, user) if step.offer_id and step.carrier else []
        found.append(StepLook(step, day, look_at(variant, contact, best_says(offers)), offers))
    return found
