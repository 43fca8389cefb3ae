"""Enumerations of surveys and answers, and the limits of the net promoter score."""

from __future__ import annotations

from django.db.models import TextChoices

PROMOTER_FROM, DETRACTOR_TO, HIGHEST = 9, 6, 10
SMALL_N = 30
"""Below so many answers a score is shown as small."""
SATISFIED_FROM = 0.75
"""Who rates the overall satisfaction at this share of its scale or above is satisfied: 4 and 5 of 5."""


class SurveyKind(TextChoices):
    """What a survey is made for; its ready form is in `feedback.ready`."""

    NPS = "nps", "Net promoter score"
    CSAT = "csat", "Satisfaction after a ticket"
    TRUST = "trust", "Trust and commitment"
    DELIGHT = "delight", "Customer delight"
    VALUE = "value", "Customer value"
    WALLET = "wallet", "Share of wallet"
    ATTRIBUTES = "attributes", "Attributes, importance, competitors"
    REVIEW = "review", "Review of a product, for publishing"
    OWN = "own", "Own questions"


class SurveyState(TextChoices):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class QuestionKind(TextChoices):
    """How a question is asked. `MATRIX` is a heading; its rows are rating questions of their own."""

    RATING = "rating", "Rating"
    NPS = "nps", "Likelihood to recommend, 0 to 10"
    CHOICE = "choice", "Choice"
    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    MATRIX = "matrix", "Matrix of ratings"


class Dimension(TextChoices):
    """What an answer is about (glossary: 1-D, 2-D, 3-D; CD = P > E; CV = B - C). `SPEND`: in a year, with everybody, on
    what the house sells, in its currency."""

    PERFORMANCE = "performance", "Performance"
    IMPORTANCE = "importance", "Importance"
    COMPETITOR = "competitor", "A competitor's performance"
    EXPECTATION = "expectation", "Expectation"
    BENEFIT = "benefit", "Benefit"
    COST = "cost", "Cost"
    NPS = "nps", "Likelihood to recommend"
    OVERALL = "overall", "Overall satisfaction"
    INTENTION = "intention", "Intention"
    SPEND = "spend", "Yearly spend"
    OTHER = "other", "Other"


class NpsGroup(TextChoices):
    PROMOTER = "promoter", "Promoter"
    PASSIVE = "passive", "Passive"
    DETRACTOR = "detractor", "Detractor"


GROUP_TONES: dict[str, str] = {NpsGroup.PROMOTER: "good", NpsGroup.PASSIVE: "neutral", NpsGroup.DETRACTOR: "bad"}
STATE_TONES: dict[str, str] = {SurveyState.DRAFT: "neutral", SurveyState.OPEN: "good", SurveyState.CLOSED: "warn"}


class Via(TextChoices):
    """How a response came."""

    LINK = "link", "Personal link"
    OPEN = "open", "Open link"
    FILE = "file", "Imported"


class JourneyStage(TextChoices):
    BEFORE = "before", "Before the purchase"
    DURING = "during", "During the purchase"
    AFTER = "after", "After the purchase"


class Trigger(TextChoices):
    """What makes a survey go out by itself."""

    NONE = "", "Nothing: it is sent by hand"
    TICKET = "ticket", "A ticket was solved"
    ORDER = "order", "An order came in"


class LeftOut(TextChoices):
    """Why somebody was not asked."""

    FATIGUE = "fatigue", "Asked not long ago"
    PERMISSION = "permission", "May not be written to"
    ADDRESS = "address", "No address that can be written to"
    ASKED = "asked", "Was asked by this survey already"


MOST_QUESTIONS = 40
SCALES = (("5", "1 to 5"), ("7", "1 to 7"), ("10", "1 to 10"), ("0-10", "0 to 10"))


class SevenP(TextChoices):
    """What a comment is about: the 7 Ps of marketing services."""

    PRODUCT = "product", "Product"
    PRICE = "price", "Price"
    PLACE = "place", "Place"
    PROMOTION = "promotion", "Promotion"
    PEOPLE = "people", "People"
    PROCESS = "process", "Process"
    PHYSICAL = "physical", "Physical evidence"


class ReviewState(TextChoices):
    WAITING = "waiting", "To be looked at"
    PUBLISHED = "published", "Published"
    REFUSED = "refused", "Not published"


REVIEW_TONES: dict[str, str] = {
    ReviewState.WAITING: "warn", ReviewState.PUBLISHED: "good", ReviewState.REFUSED: "neutral"
}  # fmt: skip
