"""Schemathesis, short form: odd requests made of the OpenAPI document, with a token of each role; no fault of ours.

The long form: `schemathesis run http://127.0.0.1:8000/api/v1/openapi.json -H "Authorization: Bearer TOKEN"`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import response_schema_conformance

from crm.choices import Role
from tests import factories as make
from tests.drills.tally import IS_LONG

EXAMPLES = 50 if IS_LONG else 1
QUIET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def application(db) -> Iterator[WSGIHandler]:
    """The site in this process, on the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield WSGIHandler()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", Role.values if IS_LONG else (Role.MANAGER,))
def test_no_odd_request_meets_a_fault(role, application, company, settings) -> None:
    settings.CRM_API_CALLS_A_MINUTE = 100_000
    person = make.make_user(role, team=make.make_team())
    contact = make.make_contact(owner=person, emails=("a@b.example",))
    make.make_order(contact)
    make.make_product()
    headers = {"Authorization": f"Bearer {make.make_token(person)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        for mode in GenerationMode if IS_LONG or role == Role.MANAGER else [GenerationMode.POSITIVE]:

            @seed(20260302)
            @QUIET
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case) -> None:
                answer = case.call(headers=headers)
                case.validate_response(answer, checks=[not_a_server_error, response_schema_conformance])

            ask()
