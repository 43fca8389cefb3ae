"""Who looks after whom in the demo: by size, then by country and region; some are nobody's."""

from __future__ import annotations

import numpy as np

from contacts.demo.drafts import NONE, Draft
from crm.choices import Role
from crm.demo.house import House
from crm.demo.process import Ints
from crm.demo.staff import KEY_ACCOUNTS

KEY_ACCOUNT_WORTH = 450.0  # mean purchase of an organization that the key account team looks after
# shares of owned by a person, and of those with a team only; the rest is nobody's
ORGANIZATIONS, PRIVATE, PROSPECTS = (0.93, 0.03), (0.5, 0.35), (0.6, 0.25)
NOBODY = 0


def assign(rng: np.random.Generator, house: House, draft: Draft) -> tuple[Ints, Ints]:
    """The owner's and the team's id of each row; 0 is nobody."""
    owner, team = _by_place(house, draft)
    _key_accounts(rng, house, draft, owner, team)
    has_owner, has_team = _covered(rng, draft)
    owner, team = np.where(has_owner, owner, NOBODY), np.where(has_team, team, NOBODY)
    at_work = draft.organization != NONE
    for column in (owner, team):
        column[at_work] = column[draft.organization[at_work]]
    return owner, team


def _by_place(house: House, draft: Draft) -> tuple[Ints, Ints]:
    people = {area: person for person in house.colleagues for area in person.areas}
    places = np.where(draft.home.country == "DE", draft.home.region, draft.home.country)
    found = [people[place] for place in places]
    return (
        np.array([person.id for person in found], np.int64),
        np.array([house.team_ids[person.team] for person in found], np.int64),
    )


def _key_accounts(rng: np.random.Generator, house: House, draft: Draft, owner: Ints, team: Ints) -> None:
    rows = np.flatnonzero(draft.is_organization & (draft.mean_worth > KEY_ACCOUNT_WORTH))
    reps = [person.id for person in house.in_team(KEY_ACCOUNTS) if person.role == Role.REP]
    owner[rows] = np.array(reps)[rng.integers(0, len(reps), len(rows))]
    team[rows] = house.team_ids[KEY_ACCOUNTS]


def _covered(rng: np.random.Generator, draft: Draft) -> tuple[np.ndarray, np.ndarray]:
    owned, team_only = (np.where(draft.is_organization, a, b) for a, b in zip(ORGANIZATIONS, PRIVATE, strict=True))
    is_prospect = ~draft.is_customer & (draft.organization == NONE)
    owned, team_only = (np.where(is_prospect, a, b) for a, b in zip(PROSPECTS, (owned, team_only), strict=True))
    dice = rng.random(draft.size)
    return dice < owned, dice < owned + team_only
