"""Ready pipelines: what a house can start with, as data."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.choices import Outcome, RequiredField, StageKind

AMOUNT, EXPECTED, CUSTOMER = RequiredField.AMOUNT, RequiredField.EXPECTED_ON, RequiredField.CUSTOMER
DECISION_MAKER, NEXT_STEP, PRODUCT = RequiredField.DECISION_MAKER, RequiredField.NEXT_STEP, RequiredField.PRODUCT


@dataclass(frozen=True)
class ReadyStage:
    """A stage of a ready pipeline; `probability` in percent."""

    name: str
    probability: int | None = None
    days: int | None = None
    required: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()
    kind: str = StageKind.OPEN


@dataclass(frozen=True)
class ReadyPipeline:
    """A pipeline to start with: its key, its name, what it is for, its stages."""

    key: str
    name: str
    words: str
    stages: tuple[ReadyStage, ...]


WON = ReadyStage("Won", kind=StageKind.WON, required=(AMOUNT, CUSTOMER))
LOST = ReadyStage("Lost", kind=StageKind.LOST, required=(RequiredField.REASON,))
READY = (
    ReadyPipeline(
        "sales",
        "Sales",
        "Any sale to a business: from the first talk over an offer to the signature.",
        (
            ReadyStage("Qualified", 10, 14, (CUSTOMER,), ("Need is understood", "Budget is known")),
            ReadyStage("Needs clear", 25, 14, (AMOUNT, EXPECTED), ("We know who decides",)),
            ReadyStage("Proposal", 50, 21, (AMOUNT, EXPECTED), ("Proposal was walked through with them",)),
            ReadyStage("Negotiation", 75, 14, (AMOUNT, EXPECTED, DECISION_MAKER), ("Terms are agreed",)),
            WON,
            LOST,
        ),
    ),
    ReadyPipeline(
        "saas",
        "Software with a demo",
        "A subscription: qualified, shown in a demo, tried, agreed.",
        (
            ReadyStage("Qualified", 10, 10, (CUSTOMER,), ("Use case is understood",)),
            ReadyStage("Demo held", 30, 14, (AMOUNT, NEXT_STEP), ("Demo was given to those who decide",)),
            ReadyStage("Trial", 50, 30, (AMOUNT, EXPECTED), ("Criteria of the trial are written down",)),
            ReadyStage("Contract", 80, 14, (AMOUNT, EXPECTED, DECISION_MAKER), ("Security questions are answered",)),
            WON,
            LOST,
        ),
    ),
    ReadyPipeline(
        "car",
        "Car sale with a test drive",
        "A sale to a person: wish, test drive, offer with trade-in, financing.",
        (
            ReadyStage("Wish known", 15, 5, (CUSTOMER,), ("Model and use are clear",)),
            ReadyStage("Test drive", 35, 7, (CUSTOMER, PRODUCT), ("Driving licence was seen", "Test drive was done")),
            ReadyStage("Offer", 55, 10, (AMOUNT, PRODUCT), ("Trade-in was valued",)),
            ReadyStage("Financing", 80, 14, (AMOUNT, EXPECTED), ("Financing is approved",)),
            WON,
            LOST,
        ),
    ),
)
REASONS: dict[str, tuple[str, ...]] = {
    Outcome.WON: ("Best fit", "Best price", "Service", "They know us"),
    Outcome.LOST: (
        "Price",
        "Lost to a competitor",
        "No budget",
        "No decision",
        "Product does not fit",
        "Not reached any more",
    ),
}
