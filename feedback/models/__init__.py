"""Surveys, their questions, and what customers answered."""

from feedback.models.ideas import Suggestion, SuggestionVote
from feedback.models.responses import Answer, Invitation, NpsStanding, Response, ResponseQuerySet
from feedback.models.reviews import Review
from feedback.models.surveys import Question, Survey, TouchPoint

__all__ = [
    "Answer",
    "Invitation",
    "NpsStanding",
    "Question",
    "Response",
    "ResponseQuerySet",
    "Review",
    "Suggestion",
    "SuggestionVote",
    "Survey",
    "TouchPoint",
]
