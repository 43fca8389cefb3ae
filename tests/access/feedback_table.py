"""Who may do what with surveys and answers, and the records that stand for them."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from crm.models import User
from feedback.answering.links import token_of
from feedback.models import Checklist, Invitation, MysteryVisit, Response, Review, Suggestion, Survey, TouchPoint
from tests import factories as make
from tests.access.law import ALL, EVERYBODY, NONE, OWN, SCOPES, Address, button, form, page, reach

SCOPES["survey"] = {
    "view": EVERYBODY,
    **dict.fromkeys(("add", "change", "delete"), reach(NONE, ALL, NONE, ALL)),
    "export": reach(NONE, ALL, ALL, ALL),
}
SCOPES["response"] = SCOPES["review"] = SCOPES["contact"]
SCOPES["suggestion"] = {
    "view": EVERYBODY,
    "add": EVERYBODY,
    "change": reach(OWN, ALL, OWN, ALL),
    "delete": reach(NONE, ALL, NONE, ALL),
    "export": reach(NONE, ALL, ALL, ALL),
}
SCOPES["visit"] = {
    **dict.fromkeys(("view", "change"), reach(OWN, ALL, OWN, ALL)),
    **dict.fromkeys(("add", "delete", "export"), reach(NONE, ALL, NONE, ALL)),
}
SCOPES["visit checklist"] = dict.fromkeys(("view", "add", "change", "delete"), reach(NONE, ALL, NONE, ALL))
SCOPES["touch point"] = {verb: SCOPES["survey"][verb] for verb in ("view", "add", "change", "delete")}
SCOPES["interaction"] = {"view": SCOPES["contact"]["view"]}
SCOPES["secret of a survey"] = {"view": EVERYBODY}
ANSWERED_BY_ALL = {"GET": "view", "POST": "view"}

FEEDBACK_ADDRESSES: dict[str, Address] = {
    "feedback:survey_list": page("survey"),
    "feedback:survey_choose": page("survey", "add"),
    "feedback:survey_create": form("survey", "add"),
    "feedback:survey_detail": Address("survey"),
    "feedback:survey_update": form("survey", "change", has_record=True),
    "feedback:survey_translate": form("survey", "change", has_record=True),
    "feedback:survey_look": Address("survey"),
    "feedback:survey_open": button("survey", "change"),
    "feedback:survey_close": button("survey", "change"),
    "feedback:survey_open_link": button("survey", "change"),
    "feedback:survey_ask": form("survey", "change", has_record=True),
    "feedback:loop": page("response"),
    "feedback:invitation_list": page("response"),
    "feedback:response_list": page("response"),
    "feedback:response_export": page("response", "export"),
    "feedback:response_detail": Address("response"),
    "feedback:response_follow_up": button("response", "change"),
    "feedback:response_tag": button("response", "change"),
    "feedback:review_list": page("response"),
    "feedback:review_detail": Address("review"),
    "feedback:review_publish": button("review", "change"),
    "feedback:review_refuse": button("review", "change"),
    "feedback:suggestion_list": page("suggestion"),
    "feedback:suggestion_board": page("suggestion"),
    "feedback:suggestion_export": page("suggestion", "export"),
    "feedback:suggestion_create": form("suggestion", "add"),
    "feedback:suggestion_detail": Address("suggestion"),
    "feedback:suggestion_update": form("suggestion", "change", has_record=True),
    "feedback:suggestion_move": form("suggestion", "change", has_record=True),
    "feedback:suggestion_tell": button("suggestion", "change"),
    "feedback:vote_create": form("suggestion", "view", has_record=True),
    "feedback:vote_remove": button("suggestion", "change"),
    "feedback:visit_list": page("visit"),
    "feedback:visit_export": page("visit", "export"),
    "feedback:visit_create": form("visit", "add"),
    "feedback:visit_figures": page("visit"),
    "feedback:visit_detail": Address("visit"),
    "feedback:visit_update": form("visit", "change", has_record=True),
    "feedback:visit_mark": form("visit", "change", has_record=True),
    "feedback:visit_drop": button("visit", "change"),
    "feedback:checklist_list": page("visit checklist"),
    "feedback:checklist_create": form("visit checklist", "add"),
    "feedback:checklist_update": form("visit checklist", "change", has_record=True),
    "feedback:experience": page("touch point"),
    "feedback:touch_list": page("interaction"),
    "feedback:experience_count": button("touch point", "change", has_record=False),
    "feedback:experience_count_own": button("touch point", "view", has_record=False),
    "feedback:touch_point_create": form("touch point", "add"),
    "feedback:touch_point_update": form("touch point", "change", has_record=True),
    "feedback:portal_ideas": Address("secret of the portal", ANSWERED_BY_ALL, is_public=True),
    "feedback:public_reviews": Address("house", has_record=False, is_public=True),
    "feedback:public_review_feed": Address("house", has_record=False, is_public=True),
    "feedback:public_survey": Address("secret of a survey", ANSWERED_BY_ALL, is_public=True),
    "feedback:public_refusal": Address("secret of a survey", ANSWERED_BY_ALL, is_public=True),
}


def make_survey(owner: User, name: str) -> Survey:
    return make.make_survey(name=f"Survey {name}", owner=owner)


def make_response(owner: User, name: str) -> Response:
    contact = make.make_contact(name=f"CANARY answered {name}", owner=owner, team=owner.team)
    return make.make_response(contact, 4, comment=f"CANARY words {name}")


def make_secret(owner: User, name: str) -> Any:
    """The personal link of somebody who was asked by an open survey; its key in the address is the secret."""
    contact = make.make_contact(name=f"CANARY asked {name}", owner=owner, team=owner.team)
    survey = make.make_survey(name=f"Open {name}", state="open")
    end = timezone.now() + dt.timedelta(days=1)
    return SimpleNamespace(pk=token_of(Invitation.objects.create(survey=survey, contact=contact, expires_at=end)))


def make_review(owner: User, name: str) -> Review:
    response = make_response(owner, f"reviewed {name}")
    written = {"rating": 5, "text": f"CANARY review {name}", "written_at": response.told_at}
    return Review.objects.create(response=response, contact=response.contact, **written)


def make_suggestion(owner: User, name: str) -> Suggestion:
    """One that the person sees to; a customer of theirs asks for it."""
    suggestion = Suggestion.objects.create(title=f"Better hooks {name}", owner=owner, search_text=f"better {name}")
    contact = make.make_contact(name=f"CANARY asks {name}", owner=owner, team=owner.team)
    suggestion.given.create(contact=contact, words=f"CANARY wish {name}")
    Suggestion.objects.filter(pk=suggestion.pk).update(votes=1)
    return suggestion


def make_checklist(owner: User, name: str) -> Checklist:
    checklist = Checklist.objects.create(name=f"Shop floor {name}")
    checklist.items.create(text="Greets within a minute", weight=2)
    return checklist


def make_visit(owner: User, name: str) -> MysteryVisit:
    checklist = make_checklist(owner, f"of {name}")
    visit = MysteryVisit.objects.create(
        checklist=checklist, site=f"CANARY shop {name}", shopper=owner, planned_on="2026-03-02"
    )
    visit.marks.create(item=checklist.items.get(), mark=2, comment=f"CANARY found {name}")
    return visit


FEEDBACK_MAKERS = {
    "touch point": lambda owner, name: TouchPoint.objects.create(name=f"Delivery {name}"),
    "visit": make_visit,
    "visit checklist": make_checklist,
    "suggestion": make_suggestion,
    "review": make_review,
    "survey": make_survey,
    "response": make_response,
    "secret of a survey": make_secret,
}
