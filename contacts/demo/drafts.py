"""The contacts of one batch as they are drawn: rows of arrays, customers first, then prospects, then people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crm.demo.companies import Organizations, domains, draw_organizations
from crm.demo.house import Batch, Texts, Times
from crm.demo.names import draw_people
from crm.demo.places import Homes, draw_homes
from crm.demo.process import Floats, Ints

PROSPECTS = 0.09  # beside the customers, as a share of them
PEOPLE = 0.36  # at organizations, likewise
ORGANIZATIONS = 0.54  # of the customers; who buys for more is more likely one
PROSPECTS_ORGANIZATIONS = 0.6
SUBSIDIARIES = 0.05
NONE = -1


@dataclass
class Draft:
    """n rows; indexes point into the same rows, `NONE` is none."""

    customers: int  # the first rows
    prospects: int  # the next ones
    is_organization: NDArray[np.bool_]
    home: Homes
    name: Texts
    first_name: Texts  # empty for organizations
    last_name: Texts
    domain: Texts  # of the organization or of the organization that the person works at; else empty
    firm: Ints  # row of `firms`, for organizations
    firms: Organizations
    organization: Ints
    parent: Ints
    mean_worth: Floats  # of a purchase; 0 for who never bought
    created_on: Times  # datetime64[D]

    @property
    def size(self) -> int:
        return len(self.name)

    @property
    def is_customer(self) -> NDArray[np.bool_]:
        return np.arange(self.size) < self.customers

    @property
    def is_private(self) -> NDArray[np.bool_]:
        """Persons who buy, or may buy, for themselves."""
        return ~self.is_organization & (self.organization == NONE)


def draw(batch: Batch) -> Draft:
    """The contacts of a batch."""
    rng = batch.rng("contacts")
    prospects, people = round(batch.size * PROSPECTS), round(batch.size * PEOPLE)
    is_organization = _kinds(rng, batch, prospects, people)
    organization = _workplaces(rng, is_organization, people)
    home = _homes(rng, organization)
    draft = Draft(
        customers=batch.size,
        prospects=prospects,
        is_organization=is_organization,
        home=home,
        **_names(rng, is_organization, home),
        organization=organization,
        parent=np.full(len(organization), NONE),
        mean_worth=np.concatenate([batch.customers.mean_worth, np.zeros(prospects + people)]),
        created_on=_since(rng, batch, organization, prospects),
    )
    at_work = np.flatnonzero(organization != NONE)
    draft.domain[at_work] = draft.domain[organization[at_work]]
    _make_subsidiaries(rng, draft)
    return draft


def _kinds(rng: np.random.Generator, batch: Batch, prospects: int, people: int) -> NDArray[np.bool_]:
    """Which rows are organizations. The larger purchases are likelier those of organizations: their distribution over
    all customers stays what the process says."""
    leaning = np.log(batch.customers.mean_worth) + rng.normal(0, 0.9, batch.size)
    is_large = leaning > np.quantile(leaning, 1 - ORGANIZATIONS)
    is_firm = rng.random(prospects) < PROSPECTS_ORGANIZATIONS
    return np.concatenate([is_large, is_firm, np.zeros(people, bool)])


def _workplaces(rng: np.random.Generator, is_organization: NDArray[np.bool_], people: int) -> Ints:
    """The organization of each of the people at the end of the rows."""
    organization = np.full(len(is_organization), NONE)
    firms = np.flatnonzero(is_organization)
    if people and len(firms):
        organization[-people:] = np.sort(rng.choice(firms, people))
    return organization


def _homes(rng: np.random.Generator, organization: Ints) -> Homes:
    """An address for each; people at an organization have that of the organization."""
    home = draw_homes(rng, len(organization))
    at_work = np.flatnonzero(organization != NONE)
    for column in (home.country, home.city, home.region, home.street, home.postal_code):
        column[at_work] = column[organization[at_work]]
    return home


def _names(rng: np.random.Generator, is_organization: NDArray[np.bool_], home: Homes) -> dict[str, Any]:
    first, last = draw_people(rng, home.country)
    rows = np.flatnonzero(is_organization)
    firms = draw_organizations(rng, home.country[rows], home.city[rows])
    first[rows] = last[rows] = ""
    name = np.array([f"{a} {b}" for a, b in zip(first, last, strict=True)], object)
    name[rows] = firms.name
    domain = np.full(len(name), "", object)
    domain[rows] = firms.domain
    firm = np.full(len(name), NONE)
    firm[rows] = np.arange(len(rows))
    return {"name": name, "first_name": first, "last_name": last, "domain": domain, "firm": firm, "firms": firms}


def _since(rng: np.random.Generator, batch: Batch, organization: Ints, prospects: int) -> Times:
    """The day since when each is known: customers from up to some weeks before their first purchase."""
    first = np.floor(batch.customers.first_week * 7)
    lead = np.where(rng.random(batch.size) < 0.5, 0, np.floor(rng.exponential(16, batch.size)))
    day = np.concatenate([first - lead, np.floor(rng.uniform(0, batch.house.days, prospects))])
    at_work = organization[organization != NONE]
    later = np.where(rng.random(len(at_work)) < 0.6, 0, np.floor(rng.exponential(150, len(at_work))))
    day = np.concatenate([day, np.minimum(day[at_work] + later, batch.house.days - 1)])
    return np.datetime64(batch.house.start) + day.astype("m8[D]")


def _make_subsidiaries(rng: np.random.Generator, draft: Draft) -> None:
    """Some organizations become a branch of another one of their country, and bear its name."""
    firms = np.flatnonzero(draft.is_organization)
    is_branch = rng.random(len(firms)) < SUBSIDIARIES
    heads, dice = firms[~is_branch], rng.random(is_branch.sum())
    for branch, luck in zip(firms[is_branch].tolist(), dice.tolist(), strict=True):
        near = heads[draft.home.country[heads] == draft.home.country[branch]]
        if len(near):
            head = int(near[int(luck * len(near))])
            draft.parent[branch] = head
            draft.name[branch] = f"{draft.name[head]}, {draft.home.city[branch]}"
            draft.domain[branch] = domains([draft.name[head]])[0]
