"""Models of the pipeline, by noun."""

from pipeline.models.deals import Deal, DealQuerySet, StageChange
from pipeline.models.parts import DealCompetitor, DealLine, DealRole, DealShare
from pipeline.models.quotes import DiscountLimit, Letterhead, Quote, QuoteLine, QuoteSeries, QuoteStep
from pipeline.models.stages import OutcomeReason, Pipeline, Stage
from pipeline.models.sums import DealSum
from pipeline.models.targets import Target

__all__ = [
    "Deal",
    "DealCompetitor",
    "DealLine",
    "DealQuerySet",
    "DealRole",
    "DealShare",
    "DealSum",
    "DiscountLimit",
    "Letterhead",
    "OutcomeReason",
    "Pipeline",
    "Quote",
    "QuoteLine",
    "QuoteSeries",
    "QuoteStep",
    "Stage",
    "StageChange",
    "Target",
]
