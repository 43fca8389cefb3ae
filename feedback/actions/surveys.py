"""Surveys are built, opened, closed, translated."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from crm.saving import assign, locked
from feedback.choices import MOST_QUESTIONS, QuestionKind, SurveyState
from feedback.keeping import refresh_surveys
from feedback.languages import NAMES, texts_of
from feedback.models import Question, Survey
from feedback.naming import refuse_taken_name
from feedback.ready import QuestionInput

ASKED = ("text", "kind", "dimension", "competitor", "low", "high", "low_label", "high_label", "is_required")
TWICE = gettext_noop("“%(question)s” is asked twice about the same: give one of them other words.")


@transaction.atomic
def create_survey(*, actor: User | None, fields: Mapping[str, Any], questions: Sequence[QuestionInput]) -> Survey:
    """Make a draft with its questions, in this order. Raises ValidationError."""
    refuse_taken_name(Survey, fields.get("name", ""), None)
    survey = Survey.objects.create(**{"owner": actor, **fields})
    _set_questions(survey, questions)
    refresh_surveys()
    log(actor=actor, verb="create", object=survey, summary=f"New survey: {survey.name}")
    return survey


@transaction.atomic
def change_survey(
    *,
    actor: User | None,
    survey: Survey,
    version: int,
    fields: Mapping[str, Any],
    questions: Sequence[QuestionInput] | None = None,
) -> Survey:
    """Change what is given (None: the questions stay). A question that was answered and is taken out stays with its
    answers and is asked no more. Raises `StaleRecord` and ValidationError."""
    current: Survey = locked(survey, version)
    refuse_taken_name(Survey, fields.get("name", current.name), current)
    before = current.trigger
    changed = assign(current, fields)
    if questions is not None and _set_questions(current, questions):
        changed.append("questions")
    if changed:
        if current.trigger != before:
            current.triggers_from = timezone.now() if current.trigger and current.is_open else None
        current.version += 1
        current.save()
        refresh_surveys()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def open_survey(*, actor: User | None, survey: Survey) -> Survey:
    """From now on it can be answered. What happened before now makes it go out to nobody. Raises ValidationError."""
    current = Survey.objects.select_for_update().get(pk=survey.pk)
    if current.is_open:
        return current
    if not current.questions.filter(is_asked=True).exclude(kind=QuestionKind.MATRIX).exists():
        raise ValidationError("It asks nothing yet: give it a question first.")
    current.triggers_from = timezone.now() if current.trigger else None
    return _into(current, SurveyState.OPEN, "open survey", "Opened", actor)


@transaction.atomic
def close_survey(*, actor: User | None, survey: Survey) -> Survey:
    """From now on no link of it opens anything, and nobody is asked."""
    current = Survey.objects.select_for_update().get(pk=survey.pk)
    if current.state == SurveyState.CLOSED:
        return current
    return _into(current, SurveyState.CLOSED, "close survey", "Closed", actor)


@transaction.atomic
def switch_open_link(*, actor: User | None, survey: Survey, is_on: bool) -> Survey:
    """Give it a link for everybody, a new one each time, or take it away: the old one then opens nothing."""
    current = Survey.objects.select_for_update().get(pk=survey.pk)
    current.open_token = secrets.token_urlsafe(24) if is_on else None
    current.version += 1
    current.save()
    said = "Gave an open link to" if is_on else "Took the open link from"
    log(actor=actor, verb="open link", object=current, summary=f"{said} “{current.name}”")
    return current


@transaction.atomic
def translate_survey(
    *, actor: User | None, survey: Survey, version: int, language: str, texts: Mapping[str, str]
) -> Survey:
    """Say its texts in a language; without any, the language is taken out. Raises `StaleRecord`, ValidationError."""
    current: Survey = locked(survey, version)
    if language not in NAMES or language == current.language:
        raise ValidationError("Choose another language than the survey's own.")
    known = texts_of(current, current.questions.filter(is_asked=True))
    said = {key: text.strip() for key, text in texts.items() if key in known and text.strip()}
    if current.translations.get(language, {}) == said:
        return current
    current.translations = {key: value for key, value in current.translations.items() if key != language}
    if said:
        current.translations[language] = said
    current.version += 1
    current.save()
    log(actor=actor, verb="translate", object=current, summary=f"“{current.name}” in {NAMES[language]}")
    return current


def _into(survey: Survey, state: SurveyState, verb: str, words: str, actor: User | None) -> Survey:
    survey.state = state
    survey.version += 1
    survey.save()
    log(actor=actor, verb=verb, object=survey, summary=f"{words} “{survey.name}”")
    return survey


def _set_questions(survey: Survey, questions: Sequence[QuestionInput]) -> bool:
    """Bring the asked questions to these, in this order; whether anything changed."""
    if len(questions) > MOST_QUESTIONS:
        raise refused("At most %(most)s questions: nobody answers more.", most=MOST_QUESTIONS)
    known = {one.pk: one for one in Question.objects.filter(survey=survey)}
    by_words = {_words(one): one for one in known.values()}
    kept: dict[int, Question] = {}
    is_changed, position = False, 0
    for asked in questions:
        for given, matrix in _rows(asked):
            position += 1
            heading = next((one for one in reversed(kept.values()) if one.kind == QuestionKind.MATRIX), None)
            question = known.get(given.pk or 0) or by_words.get(_words(given)) or Question(survey=survey)
            if question.pk in kept:
                raise refused(TWICE, question=given.text)
            values = {name: getattr(given, name) for name in ASKED}
            values |= {"choices": list(given.choices), "position": position, "is_asked": True}
            values["matrix"] = heading if matrix else None
            differs = question.pk is None or any(getattr(question, name) != value for name, value in values.items())
            if differs:
                _refuse_other_meaning(question, given)
                for name, value in values.items():
                    setattr(question, name, value)
                question.save()
                is_changed = True
            kept[question.pk] = question
            by_words[_words(question)] = question
    return _take_out([one for pk, one in known.items() if pk not in kept and one.is_asked]) or is_changed


def _rows(asked: QuestionInput) -> list[tuple[QuestionInput, bool]]:
    """A question, or the heading of a matrix and its rows (each a rating of the same scale)."""
    found = [(asked, False)]
    for text in asked.rows if asked.kind == QuestionKind.MATRIX else ():
        row = QuestionInput(
            text, QuestionKind.RATING, asked.dimension, asked.competitor, asked.low, asked.high, asked.low_label,
            asked.high_label, is_required=asked.is_required,
        )  # fmt: skip
        found.append((row, True))
    return found


def _words(question: Question | QuestionInput) -> tuple[str, str, str]:
    return question.text.lower(), question.dimension, question.competitor.lower()


def _refuse_other_meaning(question: Question, given: QuestionInput) -> None:
    """A question with answers keeps its kind, dimension and scale: else they would come to mean something else."""
    if question.pk is None:
        return
    is_other = (question.kind, question.dimension, question.low, question.high) != (
        given.kind, given.dimension, given.low, given.high,
    )  # fmt: skip
    if is_other and question.answers.exists():
        raise refused(
            "“%(text)s” has been answered: its kind, scale and what it is about stay. Remove it and add another.",
            text=question.text,
        )


def _take_out(questions: Sequence[Question]) -> bool:
    """Delete those without answers, and ask the others no more."""
    for one in sorted(questions, key=lambda one: one.kind == QuestionKind.MATRIX):
        if one.answers.exists() or one.rows.exists():
            one.is_asked = False
            one.save(update_fields=["is_asked"])
        else:
            one.delete()
    return bool(questions)
