"""Models of leads, by noun."""

from leads.models.allocation import AllocationRule, AllocationTurn, Intake, LeadAssignment
from leads.models.calling import CallEntry, CallList
from leads.models.capture import CaptureForm, CaptureSubmission
from leads.models.conversion import Conversion
from leads.models.costs import LeadCost
from leads.models.leads import Lead, LeadQuerySet, LeadTouch
from leads.models.nurturing import Enrolment, OptOut, Sequence, SequenceStep, SequenceTouch
from leads.models.qualification import ChecklistAnswer, ChecklistItem
from leads.models.scoring import ScoreRule
from leads.models.sums import LeadSum

__all__ = [
    "AllocationRule",
    "AllocationTurn",
    "CallEntry",
    "CallList",
    "CaptureForm",
    "CaptureSubmission",
    "ChecklistAnswer",
    "ChecklistItem",
    "Conversion",
    "Enrolment",
    "Intake",
    "Lead",
    "LeadAssignment",
    "LeadCost",
    "LeadQuerySet",
    "LeadSum",
    "LeadTouch",
    "OptOut",
    "ScoreRule",
    "Sequence",
    "SequenceStep",
    "SequenceTouch",
]
