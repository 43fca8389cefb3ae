"""What the API shows of surveys and answers: the catalogue's fields and the records' own."""

from __future__ import annotations

from typing import Any

from crm.catalogue import FieldSpec
from crm.rest.resources import Resource
from feedback import queries
from feedback.models import Response, Survey
from feedback.visits.queries import search_visits


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(survey: Survey) -> int:
    return survey.version


def _answers(response: Response) -> list[dict[str, Any]]:
    return [
        {
            "question": one.question.text,
            "dimension": one.question.dimension,
            "competitor": one.question.competitor,
            "value": None if one.value is None else float(one.value),
            "choice": one.choice,
            "comment": one.comment,
        }
        for one in response.answers.all()
    ]


SURVEYS = Resource(
    name="surveys",
    label="feedback.survey",
    noun="survey",
    default_sort="-created_at",
    extras=(_own("version", "The version, for a change"), _own("updated_at", "When it was last changed")),
    version=_version,
    updated_path="updated_at",
)
RESPONSES = Resource(
    name="responses",
    label="feedback.response",
    noun="response",
    default_sort="-told_at",
    extras=(
        _own("survey_id", "The survey, by id"),
        _own("contact_id", "The customer, by id", stored="feedback.response.contact"),
        _own(
            "answers", "The answers, question by question; one with nothing in it was skipped", "answers__value",
            kind="listed", value=_answers, prefetch=("answers__question",), stored="feedback.response.comment",
        ),
    ),
    search=queries.search_responses,
)  # fmt: skip
REVIEWS = Resource(
    name="reviews",
    label="feedback.review",
    noun="review",
    default_sort="-written_at",
    extras=(
        _own("contact_id", "The customer, by id", stored="feedback.review.contact"),
        _own("product_id", "The product, by id", stored="feedback.review.product"),
        _own("shown_name", "How its customer is called in public"),
        _own("reply", "The house's answer below it"),
    ),
    search=queries.search_reviews,
)
VISITS = Resource(
    name="visits",
    label="feedback.mysteryvisit",
    noun="visit",
    default_sort="-planned_on",
    extras=(_own("version", "The version"),),
    search=search_visits,
)
