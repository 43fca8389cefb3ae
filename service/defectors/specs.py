"""The fields of customers who ended that lists can show, filter and sort by."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.templatetags.figures import full_day, relative_time
from crm.templatetags.pieces import pill
from service.defectors.choices import STATE_TONES, DefectionReason, DefectionSource, DefectionState


def state_pill(defection: Any) -> SafeString:
    return pill(defection.get_state_display(), STATE_TONES[defection.state])


DEFECTION_FIELDS = (
    FieldSpec("customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=10,
        select=("contact",), always=True, unseen=UNSEEN_CONTACT, held_in="contact__search_text"),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=11, always=True),
    FieldSpec("state", "State", "state", kind="choice", choices=lambda: DefectionState.choices, default=True, order=20,
        always=True, cell=state_pill),
    FieldSpec("source", "How we know", "source", kind="choice", choices=lambda: DefectionSource.choices, default=True,
        order=30, always=True),
    FieldSpec("reason", "Reason", "reason", kind="choice", choices=lambda: DefectionReason.choices, default=True,
        order=31),
    FieldSpec("words", "What they say", "words", order=32),
    FieldSpec("worth_amount", "Worth a year", "worth_amount", kind="money", sort=True, default=True, order=40,
        help="What they brought in the year before, in the company's currency."),
    FieldSpec("owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=50),
    FieldSpec("ended_on", "Ended", "ended_on", kind="date", sort=True, default=True, order=60, always=True,
        cell=lambda one: full_day(one.ended_on)),
    FieldSpec("tried_at", "First attempt", "tried_at", kind="date", order=61,
        cell=lambda one: relative_time(one.tried_at) if one.tried_at else ""),
    FieldSpec("result_on", "Result", "result_on", kind="date", sort=True, order=62,
        cell=lambda one: full_day(one.result_on) if one.result_on else ""),
    FieldSpec("added_on", "Onto the list", "created_at", kind="date", order=63),
)  # fmt: skip
