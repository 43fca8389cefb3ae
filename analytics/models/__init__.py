"""Models of the analysis, by noun."""

from analytics.models.alerts import SellAlert
from analytics.models.clusters import ClusterScore
from analytics.models.costs import CostPool, CostScore
from analytics.models.duplicates import DistinctPair, DuplicateArray, DuplicateBasis, DuplicatePair
from analytics.models.families import FamilyScore
from analytics.models.forecast import DealForecast, ForecastSnapshot, ForecastSum
from analytics.models.history import ScoreHistory, SegmentMove
from analytics.models.initiatives import Initiative, InitiativeCost, Milestone
from analytics.models.portfolio import LadderScore, StrategyRule, StrategyScore
from analytics.models.profile import ProfileScore
from analytics.models.quality import QualityRules, QualityScore
from analytics.models.retention import LONGEST_VALUE, CohortCount, RetentionRate
from analytics.models.runs import AllowedFeature, ModelRun
from analytics.models.satisfaction import SatisfactionCount
from analytics.models.scores import ChurnScore, ClvScore, LeadScore, ProspectScore, RfmScore
from analytics.models.segments import RfmSegment, UsageLevel
from analytics.models.sequences import NextScore
from analytics.models.significance import SignificanceMark, SignificanceScore
from analytics.models.wallet import WalletScore

__all__ = [
    "LONGEST_VALUE",
    "AllowedFeature",
    "ChurnScore",
    "ClusterScore",
    "ClvScore",
    "CohortCount",
    "CostPool",
    "CostScore",
    "DealForecast",
    "DistinctPair",
    "DuplicateArray",
    "DuplicateBasis",
    "DuplicatePair",
    "FamilyScore",
    "ForecastSnapshot",
    "ForecastSum",
    "Initiative",
    "InitiativeCost",
    "LadderScore",
    "LeadScore",
    "Milestone",
    "ModelRun",
    "NextScore",
    "ProfileScore",
    "ProspectScore",
    "QualityRules",
    "QualityScore",
    "RetentionRate",
    "RfmScore",
    "RfmSegment",
    "SatisfactionCount",
    "ScoreHistory",
    "SegmentMove",
    "SellAlert",
    "SignificanceMark",
    "SignificanceScore",
    "StrategyRule",
    "StrategyScore",
    "UsageLevel",
    "WalletScore",
]
