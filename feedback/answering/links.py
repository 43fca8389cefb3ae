"""Links of surveys: a personal one is a sealed token that says nothing but which invitation it opens; the open one is
the survey's own secret."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from crm.foreign.tokens import Purpose, make_token, read_token
from feedback.choices import SurveyState
from feedback.models import Invitation, Survey

LONGEST_OPEN = 64


@dataclass(frozen=True)
class Opened:
    """What a link opens: a survey that can be answered, for whom it was sent to or (None) for anybody."""

    survey: Survey
    invitation: Invitation | None = None


def token_of(invitation: Invitation) -> str:
    left = invitation.expires_at - timezone.now()
    return make_token(Purpose.SURVEY, {"invitation": invitation.pk}, left)


def link_to(token: str) -> str:
    """The address of the public page."""
    return f"{settings.CRM_BASE_URL}{reverse('feedback:public_survey', args=[token])}"


def opened_by(token: str) -> Opened | None:
    """What a token opens; None for one that is guessed, altered, over, of another purpose, or of a closed survey."""
    if len(token) <= LONGEST_OPEN:
        survey = Survey.objects.filter(open_token=token, state=SurveyState.OPEN).first()
        return Opened(survey) if survey else None
    payload = read_token(Purpose.SURVEY, token)
    if payload is None or "invitation" not in payload:
        return None
    rows = Invitation.objects.filter(survey__state=SurveyState.OPEN, not_asked="", expires_at__gt=timezone.now())
    found = rows.select_related("survey", "response").filter(pk=payload["invitation"]).first()
    return Opened(found.survey, found) if found else None


def invited_by(token: str) -> Invitation | None:
    """Whom a personal link was sent to, also when the survey is over: a no is taken at any time."""
    payload = read_token(Purpose.SURVEY, token)
    if payload is None or "invitation" not in payload:
        return None
    return Invitation.objects.select_related("contact").filter(pk=payload["invitation"]).first()
