"""What is in the way of a play: asked before it starts, and of each change while it runs."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from campaigns.choices import PlayEvent, PlayGoal, PlayStepKind, StepFor
from campaigns.mail.blocks import checked_blocks, texts_of
from campaigns.mail.merging import OFFER_FIELDS, check_text, fields_in
from campaigns.mail.pictures import faults_of_pictures
from campaigns.models import Play, PlayStep, Segment
from campaigns.plays.events import EVENTS
from campaigns.segments.meaning import asked_by, meant_by
from crm.filtering.trees.nodes import TreeProblem
from crm.models import User


def faults_of(play: Play, user: User | None) -> list[str]:
    """What is in the way, a sentence each; its segments are asked with the rights of the person."""
    steps = list(play.steps.filter(removed_at=None).select_related("segment", "into", "offer", "carrier"))
    found = [] if steps else ["It does nothing yet: write a step."]
    needs = EVENTS[play.event].needs
    if needs and not getattr(play, needs):
        found.append("How many days does its event speak of?" if needs == "event_days" else "Into which segment?")
    if play.event == PlayEvent.SEGMENT and play.event_segment is not None and play.event_segment.is_fixed:
        found.append("Who comes into a fixed segment is put there by hand: choose a live one as the event.")
    if play.goal == PlayGoal.SEGMENT and play.goal_segment is None:
        found.append("Which segment is its goal?")
    for place, step in enumerate(steps, start=1):
        found += [f"Step {place}: {fault}" for fault in _faults_of_step(step)]
    asked = [play.audience, play.event_segment if play.event == PlayEvent.SEGMENT else None]
    asked += [play.goal_segment if play.goal == PlayGoal.SEGMENT else None]
    asked += [step.segment for step in steps if step.only_for]
    for segment in {one.pk: one for one in asked if one is not None}.values():
        found += _cannot_ask(segment, user)
    return found


def _faults_of_step(step: PlayStep) -> Iterator[str]:
    if step.only_for and step.segment is None:
        yield "which segment is it for?"
    if step.kind == PlayStepKind.CHECK and step.only_for == StepFor.EVERYBODY:
        yield "say who goes on: in which segment, or not in which."
    if step.kind == PlayStepKind.LIST and (step.into is None or not step.into.is_fixed):
        yield "choose a list: a segment that is fixed."
    if step.kind in (PlayStepKind.TASK, PlayStepKind.TAG) and not step.title:
        yield "what is the task, or the tag?"
    if step.kind == PlayStepKind.MAIL:
        yield from _faults_of_mail(step)


def _faults_of_mail(step: PlayStep) -> Iterator[str]:
    variant = step.carrier.variants.first() if step.carrier else None
    if variant is None or not variant.blocks:
        yield "its mail says nothing yet."
        return
    if not variant.subject.strip():
        yield "its mail has no subject."
    text = "\n".join((variant.subject, variant.preheader, texts_of(variant.blocks)))
    if fields_in(text) & OFFER_FIELDS and step.offer is None:
        yield "its mail speaks of an offer: choose one, or take the fields of the offer out."
    if step.offer is not None and step.offer.archived_at is not None:
        yield f"the offer “{step.offer}” is archived."
    if step.offer is not None and not fields_in(text) & OFFER_FIELDS:
        yield "it makes an offer, and its mail does not speak of it: write {{offer}} and {{offer_code}}."
    try:
        check_text(variant.subject)
        checked_blocks(variant.blocks)
    except ValidationError as error:
        yield " ".join(error.messages)
    yield from faults_of_pictures(variant.blocks)


def _cannot_ask(segment: Segment, user: User | None) -> list[str]:
    try:
        with asked_by(user):
            meant_by(segment, user)
    except TreeProblem as problem:
        return [f"Segment “{segment}”: {problem}"]
    return []
