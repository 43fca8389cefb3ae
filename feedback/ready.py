"""Ready surveys: what each kind asks, in the words of the field.

Trust: benevolence, honesty, competence; commitment: the wish to keep the relationship (glossary of the house). Delight
asks each attribute twice, what was expected and what came; value asks benefits and costs; the share of wallet asks what
is spent on the category altogether.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from feedback.choices import Dimension, QuestionKind, SurveyKind


@dataclass(frozen=True)
class QuestionInput:
    """A question as it is typed. `rows` are those of a matrix; `pk` one that stands in the survey already."""

    text: str
    kind: str = QuestionKind.RATING
    dimension: str = Dimension.OTHER
    competitor: str = ""
    low: int = 1
    high: int = 5
    low_label: str = ""
    high_label: str = ""
    choices: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    is_required: bool = False
    pk: int | None = None


@dataclass(frozen=True)
class Ready:
    """A ready survey: its words and its questions."""

    title: str
    intro: str
    questions: tuple[QuestionInput, ...]
    mail_subject: str = "How did we do?"


AGREES: dict[str, Any] = {"low_label": "do not agree at all", "high_label": "agree fully", "high": 7}
BAD_TO_GOOD: dict[str, Any] = {"low_label": "very bad", "high_label": "very good"}
RECOMMEND = QuestionInput(
    "How likely are you to recommend us to a friend or colleague?", QuestionKind.NPS, Dimension.NPS, low=0, high=10,
    low_label="not at all likely", high_label="extremely likely", is_required=True,
)  # fmt: skip
WHY = QuestionInput("What is the main reason for your answer?", QuestionKind.TEXT)
ATTRIBUTES = ("Quality of the product", "Delivery", "Advice", "Price for what you get", "Help when something is wrong")
MAY_PUBLISH = "May we publish your words?"
WITH_NAME, WITHOUT_NAME, NOT_AT_ALL = "Yes, with my first name", "Yes, without my name", "No"
ASKED_AGAIN = "Would you buy from us again?"
READY: dict[str, Ready] = {
    SurveyKind.NPS: Ready("Would you recommend us?", "One question, half a minute.", (RECOMMEND, WHY)),
    SurveyKind.CSAT: Ready(
        "How did we help you?",
        "You wrote to us lately. How was it?",
        (
            QuestionInput(
                "How satisfied are you with how we helped you?", QuestionKind.RATING, Dimension.OVERALL,
                low_label="very dissatisfied", high_label="very satisfied", is_required=True,
            ),
            QuestionInput("Is what you wrote about solved?", QuestionKind.CHOICE, choices=("Yes", "Partly", "No")),
            QuestionInput("What could we have done better?", QuestionKind.TEXT),
        ),
        "How did we help you?",
    ),
    SurveyKind.TRUST: Ready(
        "How much do you trust us?",
        "Please say how far you agree.",
        (
            QuestionInput(
                "Trust", QuestionKind.MATRIX, Dimension.PERFORMANCE, **AGREES,
                rows=(
                    "They want the best for me, not only for themselves",
                    "They keep what they promise",
                    "They tell me the truth, even when it does not suit them",
                    "They know their trade",
                ),
            ),
            QuestionInput(
                "Commitment", QuestionKind.MATRIX, Dimension.INTENTION, **AGREES,
                rows=("I want to stay their customer", "I would make an effort to keep working with them"),
            ),
            WHY,
        ),
    ),
    SurveyKind.DELIGHT: Ready(
        "What you expected, and what you got",
        "First what you expected before, then how it was.",
        (
            QuestionInput("What did you expect?", QuestionKind.MATRIX, Dimension.EXPECTATION, rows=ATTRIBUTES,
                **BAD_TO_GOOD),
            QuestionInput("How was it?", QuestionKind.MATRIX, Dimension.PERFORMANCE, rows=ATTRIBUTES, **BAD_TO_GOOD),
            QuestionInput("What surprised you?", QuestionKind.TEXT),
        ),
    ),
    SurveyKind.VALUE: Ready(
        "What you get, and what it costs you",
        "What do you gain from us, and what does it cost you, in money and otherwise?",
        (
            QuestionInput(
                "What you gain", QuestionKind.MATRIX, Dimension.BENEFIT, low_label="little", high_label="very much",
                rows=("The product itself", "The service around it", "The people you deal with", "Our good name"),
            ),
            QuestionInput(
                "What it costs you", QuestionKind.MATRIX, Dimension.COST, low_label="little", high_label="very much",
                rows=("Money", "Time and effort of buying", "Worry whether it was right"),
            ),
        ),
    ),
    SurveyKind.WALLET: Ready(
        "What you spend on what we sell",
        "Two numbers help us to serve you better.",
        (
            QuestionInput(
                "How much do you spend a year on this kind of goods, with everybody?", QuestionKind.NUMBER,
                Dimension.SPEND,
            ),
            QuestionInput("With how many suppliers?", QuestionKind.NUMBER),
            QuestionInput("Who else do you buy from?", QuestionKind.TEXT),
        ),
    ),
    SurveyKind.ATTRIBUTES: Ready(
        "How good are we, and what matters to you?",
        "How you find us, how much each thing matters, and how somebody else does it.",
        (
            QuestionInput("How good are we?", QuestionKind.MATRIX, Dimension.PERFORMANCE, rows=ATTRIBUTES,
                **BAD_TO_GOOD),
            QuestionInput("How much does it matter to you?", QuestionKind.MATRIX, Dimension.IMPORTANCE,
                rows=ATTRIBUTES, low_label="not at all", high_label="very much"),
            QuestionInput("And the best other supplier that you know?", QuestionKind.MATRIX, Dimension.COMPETITOR,
                competitor="Best other supplier", rows=ATTRIBUTES, **BAD_TO_GOOD),
            QuestionInput("All in all, how satisfied are you with us?", QuestionKind.RATING, Dimension.OVERALL,
                low_label="very dissatisfied", high_label="very satisfied"),
            RECOMMEND,
            QuestionInput(ASKED_AGAIN, QuestionKind.RATING, Dimension.INTENTION, low_label="certainly not",
                high_label="certainly"),
            WHY,
        ),
    ),
    SurveyKind.REVIEW: Ready(
        "How do you like it?",
        "Your words help others who think of buying it.",
        (
            QuestionInput("How good is it?", QuestionKind.RATING, Dimension.OVERALL, is_required=True, **BAD_TO_GOOD),
            QuestionInput("What would you tell others about it?", QuestionKind.TEXT),
            QuestionInput(MAY_PUBLISH, QuestionKind.CHOICE, choices=(WITH_NAME, WITHOUT_NAME, NOT_AT_ALL),
                is_required=True),
        ),
        "How do you like what you bought?",
    ),
    SurveyKind.OWN: Ready("", "", ()),
}  # fmt: skip
