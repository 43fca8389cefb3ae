"""Writes of suggestions: made, asked for by customers, planned, done, declined; and the customers are told.

Who moves one, adds to it or tells holds its row: the votes are counted and customers told while nobody else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Func
from django.utils import timezone

from contacts.models import Contact
from crm.filtering.folding import folded
from crm.locks import wait_for_word
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from feedback.ideas.choices import IdeaSource, IdeaState
from feedback.ideas.telling import send_word
from feedback.models import Response, Suggestion, SuggestionVote
from service.portal.actions import HOUR, SAME_WITHIN, TooMany

MOST_AN_HOUR = 10
IDEA_LOCK = 7333


@transaction.atomic
def suggest(
    *,
    actor: User | None,
    fields: Mapping[str, Any],
    contact: Contact | None = None,
    words: str = "",
    response: Response | None = None,
    source: str = IdeaSource.HAND,
) -> Suggestion:
    """Write down a suggestion, with the customer who has it, where one does. Raises ValidationError."""
    suggestion = Suggestion(**{"owner": actor, **fields}, made_by=actor)
    _refuse_nothing(suggestion)
    suggestion.search_text = _found_by(suggestion)
    suggestion.save()
    log(actor=actor, verb="create", object=suggestion, summary=f"New suggestion: {suggestion}")
    if contact is not None:
        add_vote(actor=actor, suggestion=suggestion, contact=contact, words=words, response=response, source=source)
    suggestion.refresh_from_db()
    return suggestion


@transaction.atomic
def take_idea(*, contact: Contact, title: str, words: str) -> Suggestion:
    """A customer suggests something: its title is read by the house, the words by who may see the customer. The same
    again within minutes is one. Raises TooMany."""
    wait_for_word(IDEA_LOCK, str(contact.pk))
    own = SuggestionVote.objects.filter(contact=contact, source=IdeaSource.PORTAL)
    now = timezone.now()
    there = own.filter(suggestion__title=title, asked_at__gte=now - SAME_WITHIN).select_related("suggestion").first()
    if there is not None:
        return there.suggestion
    if own.filter(asked_at__gte=now - HOUR).count() >= MOST_AN_HOUR:
        raise TooMany
    fields = {"title": title, "owner": None}
    return suggest(actor=None, fields=fields, contact=contact, words=words, source=IdeaSource.PORTAL)


@transaction.atomic
def change_suggestion(
    *, actor: User | None, suggestion: Suggestion, version: int, fields: Mapping[str, Any]
) -> Suggestion:
    """Change its words, owner or what it is about. Raises `StaleRecord` and ValidationError."""
    current: Suggestion = locked(suggestion, version)
    if changed := assign(current, fields):
        _refuse_nothing(current)
        current.search_text = _found_by(current)
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current}”")
    return current


@transaction.atomic
def move_suggestion(
    *, actor: User | None, suggestion: Suggestion, version: int, state: str, fields: Mapping[str, Any] | None = None
) -> Suggestion:
    """Say what becomes of it; `fields` are `answer` and `planned_on`. Nobody is told by this (`tell_customers`).

    Raises `StaleRecord`, and ValidationError where it is declined without a reason or done without saying what changed.
    """
    if state not in IdeaState.values:
        raise ValidationError({"state": "There is no such state."})
    current: Suggestion = locked(suggestion, version)
    changed = assign(current, fields or {})
    if state == IdeaState.DECLINED and not current.answer.strip():
        raise ValidationError({"answer": "Say why not: whoever asked wants to know."})
    if state == IdeaState.DONE and not current.answer.strip():
        raise ValidationError({"answer": "Say what was changed: whoever asked wants to know."})
    if not changed and current.state == state:
        return current
    if current.state != state:
        current.state, current.state_at = state, timezone.now()
    current.version += 1
    current.save()
    log(actor=actor, verb="move", object=current, summary=f"“{current}”: {current.get_state_display().lower()}")
    return current


@transaction.atomic
def add_vote(
    *,
    actor: User | None,
    suggestion: Suggestion,
    contact: Contact,
    words: str = "",
    response: Response | None = None,
    source: str = IdeaSource.HAND,
) -> SuggestionVote:
    """A customer asks for it, too. Twice is once: only words that are missing are added."""
    current = _held(suggestion)
    vote, is_new = SuggestionVote.objects.get_or_create(
        suggestion=current,
        contact=contact,
        defaults={"words": words.strip(), "response": response, "source": source},
    )
    if is_new:
        _count(current)
        summary = f"Asks for “{current}”"
        log(actor=actor, verb="vote", object=current, contact_id=contact.pk, summary=summary)
    elif words.strip() and not vote.words:
        vote.words = words.strip()
        vote.save(update_fields=["words"])
    return vote


@transaction.atomic
def remove_vote(*, actor: User | None, suggestion: Suggestion, contact: Contact) -> None:
    """The customer does not ask for it after all. Twice does no harm."""
    current = _held(suggestion)
    gone, _ = SuggestionVote.objects.filter(suggestion=current, contact=contact).delete()
    if gone:
        _count(current)
        summary = f"Does not ask for “{current}” any more"
        log(actor=actor, verb="unvote", object=current, contact_id=contact.pk, summary=summary)


@transaction.atomic
def tell_customers(*, actor: User | None, suggestion: Suggestion) -> int:
    """Write to who asked for it what became of it, to each once a state; how many are written to now.

    Raises ValidationError where nothing came of it yet, or nothing is said to them.
    """
    current = _held(suggestion)
    if current.state == IdeaState.NEW:
        raise ValidationError("Nothing came of it yet: plan it, do it or decline it first.")
    if not current.answer.strip():
        raise ValidationError("Say first what customers are told.")
    told = send_word(actor=actor, suggestion=current)
    if told:
        summary = f"Told {told:,} who asked for “{current}”: {current.get_state_display().lower()}"
        log(actor=actor, verb="tell", object=current, summary=summary)
    return told


def _held(suggestion: Suggestion) -> Suggestion:
    return Suggestion.objects.select_for_update().get(pk=suggestion.pk)


def _count(suggestion: Suggestion) -> None:
    suggestion.votes = SuggestionVote.objects.filter(suggestion=suggestion).count()
    suggestion.save(update_fields=["votes"])


def _found_by(suggestion: Suggestion) -> Func:
    return folded(f"{suggestion.title} {suggestion.text}")


def _refuse_nothing(suggestion: Suggestion) -> None:
    if not suggestion.title.strip():
        raise ValidationError({"title": "Say in a few words what should change."})
