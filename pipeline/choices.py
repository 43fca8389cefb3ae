"""Enumerations of the pipeline."""

from django.db.models import TextChoices


class StageKind(TextChoices):
    """What a deal in the stage is: still open, or over."""

    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class Outcome(TextChoices):
    """How a deal stands; the same words as `StageKind`, kept on the deal."""

    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class ForecastCategory(TextChoices):
    """What the rep says about an open deal: the commit holds COMMIT, the best case COMMIT and BEST_CASE."""

    PIPELINE = "pipeline", "Pipeline"
    BEST_CASE = "best_case", "Best case"
    COMMIT = "commit", "Commit"
    OMITTED = "omitted", "Left out"


class ContactRole(TextChoices):
    """What somebody is in a deal."""

    DECISION_MAKER = "decision_maker", "Decides"
    CHAMPION = "champion", "Wants us"
    INFLUENCER = "influencer", "Influences"
    BUYER = "buyer", "Buys"
    USER = "user", "Will use it"
    BLOCKER = "blocker", "Is against it"


class RequiredField(TextChoices):
    """What a stage may ask of a deal before it may enter."""

    AMOUNT = "amount", "Amount"
    EXPECTED_ON = "expected_on", "Expected close"
    CUSTOMER = "customer", "Customer"
    PRODUCT = "product", "Product"
    OWNER = "owner", "Owner"
    NEXT_STEP = "next_step", "Next step"
    DECISION_MAKER = "decision_maker", "Who decides"
    REASON = "reason", "Reason"
