"""The REST API of the ground floor: who I am, and my jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from pydantic import Field

from crm.catalogue import FieldSpec
from crm.company import current_company
from crm.rest.listing import ApiList
from crm.rest.resources import Resource, not_searched
from crm.rest.schemas import Named, list_parameters, page_schema, record_schema
from crm.rest.tokens import ApiRequest, Token, caller, reads
from crm.rest.writing import answer, found

house = Router(tags=["House"])


def _own(name: str, label: str, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, column=False, filter=False, **more)


JOBS = Resource(
    name="jobs",
    label="crm.jobrun",
    noun="job",
    default_sort="-created_at",
    only=lambda spec: False,
    extras=(
        _own("kind", "Kind"),
        _own("title", "What it does"),
        _own("state", "waiting, running, done, failed, parked or cancelled"),
        _own("actor", "Who asked for it", select=("actor",)),
        _own("created_at", "When it was asked for", sort=True),
        _own("started_at", "When the work began"),
        _own("finished_at", "When it was over"),
        _own("attempts", "How often it was tried"),
        _own("progress_done", "Units done so far"),
        _own("progress_total", "Units in all; null while it is not known"),
        _own("error", "Why it failed"),
    ),
    search=not_searched,
)
JobOut = record_schema("Job", JOBS)
VIEWS = Resource(
    name="views",
    label="crm.savedview",
    noun="view",
    default_sort="name",
    only=lambda spec: False,
    extras=(
        _own("name", "Name", sort=True),
        _own("list_name", "Which list it is of, such as contacts.contact"),
        _own("owner", "Whose it is", select=("owner",)),
        _own("team", "The team that it is shared with", select=("team",)),
        _own("filter", "The tree, as the parameter `filter` of the list takes it"),
        _own("words", "What is searched for, as `q`"),
        _own("columns", "The columns, by name"),
        _own("sort", "The order, as `sort`"),
    ),
    search=not_searched,
)
ViewOut = record_schema("View", VIEWS)


class TokenOut(Schema):
    name: str
    scopes: list[str] = Field(examples=[["contacts:read", "orders:read"]])
    expires_at: dt.datetime | None


class CompanyOut(Schema):
    name: str
    currency: str = Field(examples=["EUR"])
    time_zone: str = Field(examples=["Europe/Berlin"])


class Me(Schema):
    id: int
    name: str
    email: str | None
    role: str = Field(examples=["rep"])
    team: Named | None
    token: TokenOut
    company: CompanyOut


@house.get("/me", response=Me, auth=Token())
def get_me(request: HttpRequest) -> HttpResponse:
    """Whose token this is, and what it may."""
    user, token, company = caller(request), cast(ApiRequest, request).auth, current_company()
    ends = token.expires_at.isoformat() if token.expires_at else None
    return JsonResponse(
        {
            "id": user.pk,
            "name": user.name,
            "email": user.email,
            "role": user.role,
            "team": {"id": user.team.pk, "name": user.team.name} if user.team else None,
            "token": {"name": token.name, "scopes": token.scopes, "expires_at": ends},
            "company": {"name": company.name, "currency": company.currency, "time_zone": company.time_zone},
        }
    )


@house.get("/jobs", response=page_schema("Job", JobOut), auth=reads("jobs"), openapi_extra=list_parameters(JOBS))
def list_jobs(request: HttpRequest) -> HttpResponse:
    """Long work that you may see, newest first."""
    return ApiList(JOBS, request).response()


@house.get("/jobs/{int:job_id}", response=JobOut, auth=reads("jobs"))
def get_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job: how far it is, and why it failed if it did."""
    return answer(JOBS, request, found(JOBS, request, job_id))


@house.get("/views", response=page_schema("View", ViewOut), auth=reads("views"), openapi_extra=list_parameters(VIEWS))
def list_views(request: HttpRequest) -> HttpResponse:
    """Saved views of lists that you may see."""
    return ApiList(VIEWS, request).response()


@house.get("/views/{int:view_id}", response=ViewOut, auth=reads("views"))
def get_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """One saved view; its filter can be asked of the list's operation."""
    return answer(VIEWS, request, found(VIEWS, request, view_id))
