"""The REST API of surveys and of what customers answered."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from crm.rest.listing import ApiList
from crm.rest.schemas import list_parameters, page_schema, record_schema
from crm.rest.tokens import reads
from crm.rest.writing import answer, found
from feedback.resources import RESPONSES, REVIEWS, SURVEYS, VISITS

AREA = "surveys"
surveys = Router(tags=["Surveys"])
SurveyOut = record_schema("Survey", SURVEYS)
ResponseOut = record_schema("SurveyResponse", RESPONSES)
ReviewOut = record_schema("Review", REVIEWS)
VisitOut = record_schema("MysteryVisit", VISITS)


@surveys.get("", response=page_schema("Survey", SurveyOut), auth=reads(AREA), openapi_extra=list_parameters(SURVEYS))
def list_surveys(request: HttpRequest) -> HttpResponse:
    """Surveys, page by page, with the filters of the list page."""
    return ApiList(SURVEYS, request).response()


@surveys.get(
    "/responses",
    response=page_schema("SurveyResponse", ResponseOut),
    auth=reads(AREA),
    openapi_extra=list_parameters(RESPONSES),
)
def list_survey_responses(request: HttpRequest) -> HttpResponse:
    """What customers answered whom you may see, page by page, with the filters of the list page."""
    return ApiList(RESPONSES, request).response()


@surveys.get("/responses/{int:response_id}", response=ResponseOut, auth=reads(AREA))
def get_survey_response(request: HttpRequest, response_id: int) -> HttpResponse:
    """One response with its answers."""
    return answer(RESPONSES, request, found(RESPONSES, request, response_id))


@surveys.get(
    "/reviews", response=page_schema("Review", ReviewOut), auth=reads(AREA), openapi_extra=list_parameters(REVIEWS)
)
def list_reviews(request: HttpRequest) -> HttpResponse:
    """Reviews of customers whom you may see, published or not: `state=waiting`, `rating_max=2`."""
    return ApiList(REVIEWS, request).response()


@surveys.get(
    "/visits", response=page_schema("MysteryVisit", VisitOut), auth=reads(AREA), openapi_extra=list_parameters(VISITS)
)
def list_visits(request: HttpRequest) -> HttpResponse:
    """Mystery visits that you may see, with their scores: `state=done`, `touch_point=3`."""
    return ApiList(VISITS, request).response()


@surveys.get("/{int:survey_id}", response=SurveyOut, auth=reads(AREA))
def get_survey(request: HttpRequest, survey_id: int) -> HttpResponse:
    """One survey, with its version as `ETag`."""
    return answer(SURVEYS, request, found(SURVEYS, request, survey_id))
