"""A company, a manager, a marketer, and a rep with a team-mate and a stranger."""

from dataclasses import dataclass

import pytest

from crm.choices import Role
from crm.models import User
from leads.models import Sequence
from tests import factories as make
from tests.leads.nurturing import make_sequence


@dataclass(frozen=True)
class House:
    manager: User
    marketer: User
    rep: User
    mate: User
    stranger: User


@pytest.fixture
def house(db) -> House:
    make.make_company()
    north, south = make.make_team(name="North"), make.make_team(name="South")
    return House(
        manager=make.make_user(Role.MANAGER, name="Mia Manager"),
        marketer=make.make_user(Role.MARKETER, name="Max Marketer"),
        rep=make.make_user(Role.REP, name="Rosa Rep", team=north),
        mate=make.make_user(Role.REP, name="Tom Mate", team=north),
        stranger=make.make_user(Role.REP, name="Sam Stranger", team=south),
    )


@pytest.fixture
def sequence(house) -> Sequence:
    """Mail, call, mail; running at any hour of any day."""
    return make_sequence(house)
