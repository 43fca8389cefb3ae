"""The REST API, put together: every app's router, one door, one form of errors. Only the addresses import it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from analytics.alerts.api import alerts
from analytics.api import scores
from analytics.duplicates.api import duplicates
from analytics.initiatives.api import initiatives
from analytics.satisfaction.api import satisfaction
from campaigns.api import campaigns
from campaigns.offers.api import offers
from campaigns.plays.api import plays
from campaigns.segments.api import segments
from campaigns.sending.api import sending
from contacts.api import contacts, organizations
from contacts.api_hanging import hanging, notes
from contacts.api_origin import acquired_lists, origins
from contacts.api_parts import parts
from contacts.api_permission import permission
from contacts.merging.api import merges, merging
from contacts.privacy.api import erasures, privacy
from crm.company import company_at_hand
from crm.rest.house_api import house
from crm.rest.parsing import JsonParser
from crm.rest.problems import Problem, plain_problem, wrong_fields
from crm.rest.schemas import ProblemBody
from crm.rest.tasks_api import tasks
from feedback.api import surveys
from feedback.ideas.api import suggestions
from leads.api import leads
from leads.nurturing.api import nurturing
from orders.api import orders, products
from orders.contracts.api import subscriptions
from orders.invoices.api import invoices
from orders.loyalty.api import loyalty
from orders.registrations.api import registrations
from pipeline.api import deals
from pipeline.quotes.api import quotes
from service.api import tickets
from service.channels.api import conversations
from service.defectors.api import defections
from service.knowledge.api import articles
from service.remedies.api import compensations
from service.remedies.api import given as given_compensations

logger = logging.getLogger(__name__)
DESCRIPTION = """
Send a token with every request: `Authorization: Bearer TOKEN`. Tokens are made in your profile; a token never may more
than you. Errors are `application/problem+json` (RFC 9457) with a `code` to test for and a sentence to read.

Lists come in pages: ask the address in `next` until it is null. Money is a text with its exact amount.
"""


class CrmApi(NinjaAPI):
    """Names its operations after their functions alone: `list_contacts`."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = CrmApi(
    title="CRM",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api",
    parser=JsonParser(),
    docs=Swagger(settings={"persistAuthorization": False}),
    openapi_url="openapi.json",
    docs_url="docs",
)
api.add_router("contacts", contacts)
api.add_router("contacts", parts)
api.add_router("contacts", permission)
api.add_router("contacts", hanging)
api.add_router("contacts", loyalty)
api.add_router("notes", notes)
api.add_router("contacts", origins)
api.add_router("acquired-lists", acquired_lists)
api.add_router("organizations", organizations)
api.add_router("duplicates", duplicates)
api.add_router("contacts", merging)
api.add_router("merges", merges)
api.add_router("contacts", privacy)
api.add_router("erasures", erasures)
api.add_router("products", products)
api.add_router("orders", orders)
api.add_router("subscriptions", subscriptions)
api.add_router("leads", leads)
api.add_router("leads", nurturing)
api.add_router("deals", deals)
api.add_router("quotes", quotes)
api.add_router("tickets/incoming", conversations)
api.add_router("tickets", tickets)
api.add_router("tickets", given_compensations)
api.add_router("compensations", compensations)
api.add_router("defections", defections)
api.add_router("articles", articles)
api.add_router("invoices", invoices)
api.add_router("registrations", registrations)
api.add_router("campaigns", campaigns)
api.add_router("campaigns", sending)
api.add_router("offers", offers)
api.add_router("plays", plays)
api.add_router("segments", segments)
api.add_router("surveys", surveys)
api.add_router("suggestions", suggestions)
api.add_router("satisfaction", satisfaction)
api.add_router("scores", scores)
api.add_router("alerts", alerts)
api.add_router("initiatives", initiatives)
api.add_router("tasks", tasks)
api.add_router("", house)


@api.exception_handler(Problem)
def show_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problem.response()


@api.exception_handler(Http404)
def show_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return plain_problem(404).response()


@api.exception_handler(PermissionDenied)
def show_forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return plain_problem(403).response()


@api.exception_handler(AuthenticationError)
def show_no_token(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = plain_problem(401).response()
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def show_refusal(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that cannot be read arrives here with the problem as its cause."""
    problem = error.__cause__ if isinstance(error.__cause__, Problem) else plain_problem(error.status_code)
    return problem.response()


@api.exception_handler(RequestDataTooBig)
def show_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return plain_problem(413).response()


@api.exception_handler(ValidationError)
def show_wrong_fields(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What the body's schema refuses, value by value: `lines.0.quantity`."""
    errors = [
        {"field": ".".join(str(step) for step in one["loc"][2:]), "message": f"{one['msg']}."} for one in error.errors
    ]
    return wrong_fields(errors[:50]).response()


@api.exception_handler(OperationalError)
def show_busy(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database took too long, or is away: nothing was saved, and trying again is right."""
    logger.warning("The API could not be served: %s", type(error).__name__)
    response = plain_problem(503).response()
    response["Retry-After"] = "5"
    return response


def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Every address of the API: no session asked for, times in the company's zone, the company read once."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with company_at_hand() as company:
            request.company = company  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

    opened.csrf_exempt = True  # type: ignore[attr-defined]
    return login_not_required(opened)


@cache
def openapi_document() -> dict[str, Any]:
    """The description of all that the API does; the same for everybody, so it is made once."""
    document = api.get_openapi_schema()
    problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
    for name, schema in problem.pop("$defs", {}).items():
        document["components"]["schemas"][name] = schema
    document["components"]["schemas"]["Problem"] = problem
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"]["4XX"] = {"description": "A refusal, in a sentence", "content": content}
    return dict(document)


@login_not_required
def openapi_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse(openapi_document())


def _opened(pattern: Any) -> URLPattern:
    """An address through the door. The documentation alone is a page: it asks for a signed-in person."""
    views = {"openapi-view": pattern.callback, "openapi-json": openapi_json}
    return path(pattern.pattern._route, views.get(pattern.name) or door(pattern.callback), name=pattern.name)


_patterns, _app_name, _namespace = api.urls
urls = ([_opened(pattern) for pattern in _patterns], _app_name, _namespace)
