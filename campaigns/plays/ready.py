"""Plays to start from: what is done for heavy, moderate and infrequent users, after a purchase, a trial, for who has
gone quiet, what goes with what, and a birthday. Each with its control group; words are there to be changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from campaigns.choices import CampaignType, PlayEvent, PlayGoal, PlayStepKind
from campaigns.models import Segment
from crm.filtering.trees.asked import FILTER
from crm.filtering.trees.keeping import short_text
from crm.filtering.trees.nodes import tree_of
from crm.models import User


@dataclass(frozen=True)
class NeededSegment:
    """A segment that a ready play is for: its name, and the filter to make it with where there is none."""

    name: str
    where: Mapping[str, Any]

    @property
    def making_url(self) -> str:
        tree = short_text(tree_of({"version": 1, "where": dict(self.where)}))
        return f"{reverse('campaigns:segment_create')}?{urlencode({FILTER: tree, 'name': self.name})}"


@dataclass(frozen=True)
class Ready:
    """A play to start from: `fields` and `steps` as the form takes them; `segment` is who comes in."""

    key: str
    name: str
    description: str
    fields: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    segment: NeededSegment | None = None

    def initial(self, user: User) -> dict[str, Any]:
        """What stands in the form at first."""
        found = self._found(user)
        steps = [{**step, "ORDER": place} for place, step in enumerate(self.steps, start=1)]
        audience = {"audience": found.pk} if found else {}
        return {"name": self.name, "description": self.description, **self.fields, **audience, "steps": steps}

    def missing(self, user: User) -> NeededSegment | None:
        """The segment that has to be made first."""
        return self.segment if self.segment and self._found(user) is None else None

    def _found(self, user: User) -> Segment | None:
        if self.segment is None:
            return None
        rows: Any = Segment.objects.visible_to(user).filter(name__iexact=self.segment.name)
        found: Segment | None = rows.first()
        return found


def _usage(name: str, level: str) -> NeededSegment:
    return NeededSegment(name, {"field": "usage", "op": "any", "value": [level]})


def _mail(wait: int, title: str, text: str) -> dict[str, Any]:
    return {"kind": PlayStepKind.MAIL, "wait_days": wait, "title": title, "text": text}


def _task(wait: int, title: str, text: str = "") -> dict[str, Any]:
    return {"kind": PlayStepKind.TASK, "wait_days": wait, "title": title, "text": text}


def _tag(wait: int, title: str) -> dict[str, Any]:
    return {"kind": PlayStepKind.TAG, "wait_days": wait, "title": title}


DEAR = "Dear {{first_name|customer}},\n\n"
READY: tuple[Ready, ...] = (
    Ready(
        "loyalty", "Heavy users: loyalty",
        "Who buys most hears that we know it: thanks and a person to ring, no discount.",
        {"type": CampaignType.LOYALTY, "event": PlayEvent.ORDER, "rest_days": 180, "window_days": 90},
        (
            _mail(3, "Thank you, {{first_name|from all of us}}", DEAR + "you are among the customers who order most "
                  "with us. Thank you. {{owner|A colleague}} looks after you: an answer to this mail goes there."),
            _task(30, "Ring and ask what could be better", "One of our heavy users: listen, offer nothing."),
        ),
        _usage("Heavy users", "heavy"),
    ),
    Ready(
        "reinforcement", "Moderate users: reinforcement",
        "Who buys now and then is told that the last purchase was a good one, and what goes on from there.",
        {"type": CampaignType.REINFORCEMENT, "event": PlayEvent.ORDER, "rest_days": 120, "window_days": 60},
        (
            _mail(5, "A good choice, {{first_name|dear customer}}", DEAR + "you have chosen well: this is how others "
                  "use it, and how it lasts."),
            _mail(20, "What goes well with it", DEAR + "three things that customers like you took next."),
        ),
        _usage("Moderate users", "moderate"),
    ),
    Ready(
        "incentive", "Infrequent users: a direct incentive",
        "Who buys seldom gets a reason to come now: something that is worth it, for a short time.",
        {"type": CampaignType.RETENTION, "event": PlayEvent.SILENCE, "event_days": 60, "rest_days": 180,
         "window_days": 45},
        (
            _mail(0, "Something for your next order", DEAR + "for the next two weeks we send your order free of "
                  "charge. Say “welcome back” with it."),
            _mail(10, "Four days left", DEAR + "until the end of the week your next order travels free of charge."),
        ),
        _usage("Infrequent users", "infrequent"),
    ),
    Ready(
        "purchase", "After a purchase",
        "Each purchase is reinforced: thanks, how to use it, a word when it should be in use.",
        {"type": CampaignType.REINFORCEMENT, "event": PlayEvent.ORDER, "rest_days": 60, "window_days": 60},
        (
            _mail(1, "Thank you for your order", DEAR + "thank you. This is what happens now, and whom you can ask: "
                  "{{owner|our service}}."),
            _mail(14, "Is everything as you thought?", DEAR + "if anything is not as it should be, answer this mail: "
                  "we put it right."),
        ),
    ),
    Ready(
        "trial", "Product trial",
        "Who has bought for the first time tries a second product group within two months.",
        {"type": CampaignType.TRIAL, "event": PlayEvent.FIRST_ORDER, "window_days": 60},
        (
            _mail(10, "Try it at no risk", DEAR + "what you have not tried yet from us you can send back within thirty "
                  "days, whatever the reason."),
            _task(15, "Offer a sample"),
        ),
    ),
    Ready(
        "win_back", "Win back",
        "Who has not ordered for half a year is asked why, then given a reason to come back, then rung.",
        {"type": CampaignType.WIN_BACK, "event": PlayEvent.SILENCE, "event_days": 180, "rest_days": 365,
         "window_days": 90},
        (
            _mail(0, "Have we done something wrong?", DEAR + "we have not heard from you for half a year. If something "
                  "was not right, an answer to this mail reaches {{owner|a person}}, not a machine."),
            _mail(14, "What is new since you were here", DEAR + "much has changed in half a year. Your next order "
                  "travels free of charge."),
            _task(14, "Ring: why did they stop?", "Write down the reason as a defection where it is one."),
            _tag(1, "win-back"),
        ),
    ),
    Ready(
        "cross_sell", "Cross-sell",
        "Who has bought from one product group hears of the one that goes with it. Choose both groups.",
        {"type": CampaignType.CROSS_SELL, "event": PlayEvent.ORDER, "goal": PlayGoal.ORDER, "rest_days": 180,
         "window_days": 60},
        (
            _mail(7, "Goes with what you have", DEAR + "customers who bought what you bought mostly needed this next."),
            _mail(14, "A word from those who have both", DEAR + "this is what they say."),
        ),
    ),
    Ready(
        "birthday", "Birthday",
        "A greeting on the day, and nothing to buy in it.",
        {"type": CampaignType.LOYALTY, "event": PlayEvent.BIRTHDAY, "rest_days": 300, "window_days": 30},
        (
            _mail(0, "Happy birthday, {{first_name|dear customer}}!", DEAR + "all the best for the new year of your "
                  "life, from everybody at {{company}}."),
        ),
    ),
)  # fmt: skip


def ready_play(key: str) -> Ready | None:
    """The one of this key."""
    return next((one for one in READY if one.key == key), None)
