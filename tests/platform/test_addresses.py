"""The addresses that people and programs outside rely on lead to a page, for who is signed in."""

import pytest

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
