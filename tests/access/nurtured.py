"""Sequences and the leads in them, for the world of the walks."""

from __future__ import annotations

from crm.foreign.tokens import Purpose, make_token
from crm.models import User
from leads.models import Enrolment, Lead, Sequence


def make_sequence(owner: User, name: str) -> Sequence:
    sequence = Sequence.objects.create(name=f"Sequence {name} {Sequence.objects.count()}")
    sequence.steps.create(position=1, kind="mail", title="Three frames", text="Hello")
    return sequence


def make_enrolment(owner: User, name: str) -> Enrolment:
    lead = Lead.objects.create(name=f"CANARY nurtured {name}", owner=owner, team=owner.team, sort_name=name)
    return Enrolment.objects.create(sequence=make_sequence(owner, name), lead=lead)


def make_refusal(owner: User, name: str) -> str:
    """The secret of the link by which a lead says no."""
    return make_token(Purpose.UNSUBSCRIBE, {"enrolment": make_enrolment(owner, name).pk}, None)
