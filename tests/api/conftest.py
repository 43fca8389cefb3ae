"""People of each kind with their tokens."""

import pytest

from crm.choices import Role
from tests import factories as make
from tests.api.calls import Caller


@pytest.fixture
def company(db):
    return make.make_company()


@pytest.fixture
def manager(company):
    return make.make_user(Role.MANAGER, team=make.make_team())


@pytest.fixture
def rep(company):
    return make.make_user(Role.REP, team=make.make_team())


@pytest.fixture
def call(manager) -> Caller:
    """A manager's program, with every scope."""
    return Caller(make.make_token(manager))


@pytest.fixture
def rep_call(rep) -> Caller:
    return Caller(make.make_token(rep))
