"""The addresses that people and programs outside rely on lead to a page, for who is signed in."""

import re
from collections.abc import Iterable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from crm.choices import Role
from tests.factories import make_company, make_user, signed_in

PAGES = (
    "/ /contacts/ /leads/ /pipeline/ /tasks/ /calendar/ /quotes/ /orders/ /products/ /tickets/ /knowledge/ /surveys/ "
    "/segments/ /offers/ /campaigns/ /journeys/ /alerts/ /analytics/ /analytics/rfm/ /analytics/clv/ /analytics/churn/ "
    "/analytics/retention/ /analytics/forecast/ /analytics/satisfaction/ /dashboards/ /reports/ /imports/ /duplicates/ "
    "/quality/ /search/ /admin/ /api/v1/ /api/v1/openapi.json /help/ /healthz /readyz /metrics"
).split()


@pytest.mark.django_db
def test_every_known_address_leads_to_a_page():
    make_company()
    client = signed_in(make_user(Role.ADMIN))
    answers = {path: client.get(path, follow=True).status_code for path in PAGES}
    assert {path: status for path, status in answers.items() if status not in (200, 503)} == {}
    assert answers["/readyz"] in (200, 503)  # as the broker of the tests is
    assert client.get("/alerts/", {"q": "x"})["Location"] == "/analytics/alerts/?q=x"


def routes_in(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Every address below these, with the names of its parts between angle brackets."""
    for one in patterns:
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from routes_in(one.url_patterns, route)
        else:
            yield route


@pytest.mark.django_db
def test_an_address_with_a_nul_leads_nowhere_and_is_no_fault():
    make_company()
    routes = {re.sub("<(?!int)[^>]*>", "%00", route) for route in routes_in(get_resolver().url_patterns)}
    routes = {f"/{route}" for route in routes if "%00" in route and not set("<(^") & set(route)}
    assert {"/m/%00/", "/f/%00/", "/s/%00/", "/hooks/mail/%00/", "/help/files/%00/"} <= routes
    client = Client()
    answers = {route: (client.get(route).status_code, client.post(route).status_code) for route in routes}
    assert set(answers.values()) <= {(404, 404), (302, 302)}  # or to the page of signing in
    person = signed_in(make_user(Role.MARKETER))
    assert {person.get(route).status_code for route in routes} == {404}
