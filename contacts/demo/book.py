"""The demo's contacts: customers, prospects and people at organizations, written batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db import connection

from contacts.choices import ContactKind, ListKind
from contacts.demo.drafts import NONE, Draft, draw
from contacts.demo.origins import account_facts
from contacts.demo.reaching import Points, draw_points, searched, write_points
from contacts.demo.territories import NOBODY, assign
from contacts.models import Address, Contact
from crm.demo.companies import TRADES
from crm.demo.house import Batch, Book, DemoRefused, Fill, House
from crm.demo.process import Ints
from crm.demo.writing import array, copy_columns, money, next_number, nullable, reserve_ids

FIRST_EXTERNAL_ID = 100_001
PARTNERS = 8
USUAL_EMPLOYEES = 4  # of an organization of which it is not known
SOURCES = ("trade fair", "website", "referral", "catalogue request", "walk-in", "cold call", "directory")
SOURCE_SHARES = (0.2, 0.32, 0.17, 0.1, 0.09, 0.05, 0.07)
TAGS = ("newsletter", "pays early", "custom cuts", "exhibition", "bulk buyer", "sample box", "education discount")
TAG_SHARES = (0.22, 0.08, 0.11, 0.07, 0.06, 0.08, 0.03)
RESELLER = "reseller"
SEARCHED_SQL = """
SELECT left(crm_fold(name), 300), crm_fold(concat_ws(' ', name, external_id, nullif(points, '')))
FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY AS given (name, external_id, points, position)
ORDER BY position
"""


def load(house: House) -> Fill:
    """Look whether the demo may be loaded; the function that writes a batch."""
    there = Contact.objects.count()
    if there and not house.adding:
        raise DemoRefused(
            f"There are {there:,} contacts already, and demo data would mix with them. Load it into an empty instance"
            " (another CRM_VAR or DATABASE_URL), or say --add if mixing is what you want."
        )
    house.there = there
    house.next_contact = next_number(Contact, "external_id", "K", FIRST_EXTERNAL_ID)
    return fill


def fill(batch: Batch) -> None:
    """Draw and write the contacts of a batch."""
    house, draft = batch.house, draw(batch)
    ids = reserve_ids(Contact, draft.size)
    points = draw_points(batch, draft)
    owner, team = assign(batch.rng("territories"), house, draft)
    columns = _columns(batch, draft, ids) | _search_columns(batch, draft, points)
    columns |= {"owner": nullable(owner, owner != NOBODY), "team": nullable(team, team != NOBODY)}
    if not len(house.partner_ids):
        house.partner_ids = ids[_make_partners(draft, columns)]
    columns |= account_facts(
        house,
        number=house.next_contact + np.arange(draft.size),
        employees=np.array([int(count or USUAL_EMPLOYEES) for count in columns["employees"]]),
        is_account=draft.is_organization & np.array([gone is None for gone in columns["archived_at"]]),
    )
    house.counts["contacts"] += copy_columns(Contact, columns)
    house.next_contact += draft.size
    house.counts["contact points"] += write_points(ids, points)
    _write_addresses(ids, draft)
    batch.book = Book(
        ids, draft.is_organization, owner, draft.created_on, draft.first_name, draft.home.city, draft.organization
    )


def _columns(batch: Batch, draft: Draft, ids: Ints) -> dict[str, Any]:
    """The columns of the contacts, but for whom they belong to and how they are found."""
    rng, house = batch.rng("facts"), batch.house
    moment = draft.created_on.astype("M8[s]") + rng.integers(6 * 3600, 16 * 3600, draft.size).astype("m8[s]")
    source = rng.choice(len(SOURCES), draft.size, p=SOURCE_SHARES)
    is_compiled = np.array([name in ("directory", "cold call") for name in SOURCES])[source]
    return {
        "id": ids,
        "kind": np.where(draft.is_organization, ContactKind.ORGANIZATION, ContactKind.PERSON).astype(object),
        "external_id": _external_ids(house, draft),
        "name": draft.name,
        "first_name": draft.first_name,
        "last_name": draft.last_name,
        "organization": nullable(ids[draft.organization], draft.organization != NONE),
        "parent": nullable(ids[draft.parent], draft.parent != NONE),
        "source": np.array(SOURCES, object)[source],
        "list_kind": np.where(is_compiled, ListKind.COMPILED, ListKind.RESPONSE).astype(object),
        "tags": _tags(rng, draft),
        "created_on": draft.created_on,
        "created_at": moment,
        "updated_at": moment,
        "archived_at": _archived(rng, batch, draft),
        "version": 1,
        "custom": "{}",
        **_facts(rng, draft, house),
    }


def _external_ids(house: House, draft: Draft) -> list[str]:
    return [f"K{number}" for number in range(house.next_contact, house.next_contact + draft.size)]


def _facts(rng: np.random.Generator, draft: Draft, house: House) -> dict[str, Any]:
    """What is known of organizations and of private persons."""
    firm, firms = draft.firm, draft.firms
    trade = firms.trade[firm] if len(firms.trade) else np.zeros(draft.size, int)
    kinds = [TRADES[i] for i in trade.tolist()]
    known = draft.is_organization & (rng.random(draft.size) < 0.8)
    has_site = draft.is_organization & (rng.random(draft.size) < 0.75)
    has_birthday = draft.is_private & (rng.random(draft.size) < 0.35)
    birthday = np.datetime64(house.end) - rng.integers(22 * 365, 82 * 365, draft.size).astype("m8[D]")
    employees = firms.employees[firm] if len(firms.trade) else trade
    revenue = firms.revenue[firm] if len(firms.trade) else trade
    return {
        "industry": [
            kind.industry if is_firm else "" for kind, is_firm in zip(kinds, draft.is_organization, strict=True)
        ],
        "markets": _markets(draft, [kind.market for kind in kinds]),
        "employees": nullable(employees, known),
        "revenue": [text if is_known else None for text, is_known in zip(money(revenue * 100), known, strict=True)],
        "website": [f"https://www.{name}" if has else "" for name, has in zip(draft.domain, has_site, strict=True)],
        "birthday": nullable(birthday, has_birthday),
        "main_country": draft.home.country,
    }


def _markets(draft: Draft, trade_markets: list[str]) -> list[str]:
    """The market categories: by trade, consumers privately, and international outside the house's country."""
    is_business = draft.is_organization | (draft.organization != NONE)
    rows = zip(is_business, draft.is_organization, trade_markets, draft.home.country != "DE", strict=True)
    return [
        array(((market if is_firm else "business") if is_work else "consumer", *(("international",) if abroad else ())))
        for is_work, is_firm, market, abroad in rows
    ]


def _tags(rng: np.random.Generator, draft: Draft) -> list[str]:
    dice = rng.random((draft.size, len(TAGS))) < np.array(TAG_SHARES)
    return [array(tag for tag, has in zip(TAGS, row, strict=True) if has) for row in dice.tolist()]


def _archived(rng: np.random.Generator, batch: Batch, draft: Draft) -> list[str | None]:
    """Some prospects came to nothing and are archived."""
    is_gone = ~draft.is_customer & (draft.organization == NONE) & (rng.random(draft.size) < 0.08)
    return [f"{batch.house.end} 10:00+00" if gone else None for gone in is_gone.tolist()]


def _make_partners(draft: Draft, columns: dict[str, Any]) -> Ints:
    """The first organizations that are prospects sell the company's goods on; their rows."""
    is_prospect = draft.is_organization & ~draft.is_customer & (draft.parent == NONE)
    rows = np.flatnonzero(is_prospect)[:PARTNERS]
    for row in rows.tolist():
        columns["tags"][row] = array([RESELLER])
        columns["archived_at"][row] = None
    return rows


def _search_columns(batch: Batch, draft: Draft, points: list[Points]) -> dict[str, Any]:
    """`sort_name` and `search_text`, folded by the database as `contacts.keeping` does it."""
    external = _external_ids(batch.house, draft)
    with connection.cursor() as cursor:
        cursor.execute(SEARCHED_SQL, [draft.name.tolist(), external, searched(draft.size, points)])
        folded = cursor.fetchall()
    return {"sort_name": [row[0] for row in folded], "search_text": [row[1] for row in folded]}


def _write_addresses(ids: Ints, draft: Draft) -> None:
    home = draft.home
    copy_columns(
        Address,
        {
            "contact": ids,
            "label": "",
            "street": home.street,
            "postal_code": home.postal_code,
            "city": home.city,
            "region": home.region,
            "country": home.country,
            "is_primary": True,
        },
    )
