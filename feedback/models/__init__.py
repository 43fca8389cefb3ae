"""Surveys, their questions, and what customers answered."""

from feedback.models.ideas import Suggestion, SuggestionVote
from feedback.models.responses import Answer, Invitation, NpsStanding, Response, ResponseQuerySet
from feedback.models.reviews import Review
from feedback.models.surveys import Question, Survey, TouchPoint
from feedback.models.visits import Checklist, ChecklistItem, MysteryVisit, VisitMark

__all__ = [
    "Answer",
    "Checklist",
    "ChecklistItem",
    "Invitation",
    "MysteryVisit",
    "NpsStanding",
    "Question",
    "Response",
    "ResponseQuerySet",
    "Review",
    "Suggestion",
    "SuggestionVote",
    "Survey",
    "TouchPoint",
    "VisitMark",
]
