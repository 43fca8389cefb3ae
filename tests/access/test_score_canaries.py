"""Scores of customers that a person may not see are nowhere: on no page of the analysis, no record, no list, in no file
and no answer of the API; and what pages add up is added up of seen customers alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urljoin

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse

from analytics.models import (
    ChurnScore,
    ClusterScore,
    ClvScore,
    CostPool,
    CostScore,
    ModelRun,
    RfmScore,
    ScoreHistory,
    SignificanceScore,
)
from analytics.runs import run_steps
from contacts.models import Contact
from crm.choices import Role, Scope
from crm.models import AccessRule, User
from tests import factories as make
from tests.access.crawling import text_of
from tests.access.planting import MARK, limited_roles
from tests.access.table import ADDRESSES
from tests.analytics.bases import make_base
from tests.analytics.clv_bases import DAY, drawn_sales
from tests.api.calls import Caller
from tests.drills.tally import IS_LONG
from tests.held import held

pytestmark = pytest.mark.django_db
OWN_MARK = "OWNMARK-"
CUSTOMERS, OWN, MOST_PAGES = 320, 40, 120
# what of the strangers' customers would be told by a number: money that nobody else has
LARGE = Decimal("8273645.91")
NUMBER = re.compile(r"8[,.\s ]?273[,.\s ]?645|8\.3\s?M", re.IGNORECASE)
LINK = re.compile(r'(?:href|hx-get|data-src)="(\?[^"]*|/analytics/[^"]*)"')
COLUMNS = (
    "name,rfm,segment,cluster,revenue,churn,risk,at_risk,clv,p_alive,usage,historic_profit,cost_to_serve,served_profit,"
    "significant,significant_because"
)


def mark(rows: list[Contact], words: str, money: Decimal | None) -> None:
    """Every text that the analysis keeps of these customers holds the mark; their money is `money`, where given."""
    keys = [one.pk for one in rows]
    Contact.objects.filter(pk__in=keys).update(name=Concat(Value(f"{words}name-"), F("external_id")))
    reasons = [[f"{words}reason", 1, 0.9], ["recency", 5, 0.4]]
    RfmScore.objects.filter(pk__in=keys).update(segment=f"{words}segment")
    ChurnScore.objects.filter(pk__in=keys).update(reasons=reasons)
    ClusterScore.objects.filter(pk__in=keys).update(name=f"{words}cluster")
    ScoreHistory.objects.filter(contact__in=keys).update(segment=f"{words}segment")
    if money is not None:
        RfmScore.objects.filter(pk__in=keys).update(monetary=money)
        ChurnScore.objects.filter(pk__in=keys).update(value_at_risk=money, expected_margin=money)
        ClvScore.objects.filter(pk__in=keys).update(clv=money, clv_low=money, clv_high=money, historic_profit=money)
        SignificanceScore.objects.filter(pk__in=keys, value__isnull=False).update(value=money, volume=money)
        CostScore.objects.filter(pk__in=keys).update(cost_to_serve=money, contribution=money, profit=money)


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[tuple[list[User], list[Contact]]]:
    with held(django_db_blocker):
        yield _house()


def _house() -> tuple[list[User], list[Contact]]:
    """Of each limited role one who reaches own customers only (the same ones, by turns), and the strangers'."""
    make.make_company()
    team = make.make_team()
    stranger = make.make_user(Role.REP, team=team)
    contacts = list(make_base(drawn_sales(CUSTOMERS, 90), owner=stranger, team=team).values())
    CostPool.objects.create(position=1, name="Orders", driver="orders", rate=4)
    steps = ["rfm", "clusters", "clv", "churn", "history", "costs", "significance"]
    run_steps(actor=None, as_of=DAY, only=steps, parameters={})
    assert all(model.objects.count() > OWN for model in (RfmScore, ClusterScore, ClvScore, ChurnScore, CostScore))
    own, foreign = contacts[:OWN], contacts[OWN:]
    mark(own, OWN_MARK, None)
    mark(foreign, MARK, LARGE)
    for run in ModelRun.objects.all():  # totals of the whole base
        totals = dict.fromkeys(("net_revenue", "total_clv", "cost_to_serve"), float(LARGE))
        ModelRun.objects.filter(pk=run.pk).update(row_count=int(LARGE), metrics={**run.metrics, **totals})
    people = []
    for role in limited_roles():
        for verb in ("view", "change", "export", "import", "delete", "add"):
            AccessRule.objects.create(role=role, model="contacts.contact", verb=verb, scope=Scope.OWN)
        people.append(make.make_user(role, team=make.make_team()))
    return people, own


def pages(client: Client, contact: Contact) -> dict[str, str]:
    """Everything of the analysis: its addresses, what they link to, the record's tabs, the list with its columns."""
    record = contact.get_absolute_url()
    waiting = [
        reverse(name)
        for name, one in ADDRESSES.items()
        if name.startswith("analytics:") and "GET" in one.methods and not one.has_record
    ]
    waiting += ["/", record, f"/contacts/?columns={COLUMNS}", f"/contacts/export/?columns={COLUMNS}"]
    waiting += [f"{record}?tab={tab}" for tab in ("analysis", "worth", "orders", "changes")]
    texts: dict[str, str] = {}
    while waiting:
        path = waiting.pop(0)
        if path in texts or len(texts) > MOST_PAGES:
            continue
        answer = client.get(path)
        texts[path] = text_of(answer)
        assert answer.status_code < 500, path
        if path.startswith("/analytics/"):
            waiting += [urljoin(path, html.unescape(one)) for one in LINK.findall(texts[path])]
    return texts


def leaks(texts: dict[str, str]) -> list[str]:
    found = re.compile(rf"{MARK}[\w.-]*|{NUMBER.pattern}", re.IGNORECASE)
    return [f"{path}: {hit[0]}" for path, text in texts.items() if (hit := found.search(text))]


def api_texts(person: User, foreign: Contact, own: Contact) -> dict[str, str]:
    call = Caller(make.make_token(person))
    paths = (
        "/scores", "/scores?revenue_min=8000000", "/scores?sort=-revenue", f"/scores/{foreign.pk}",
        f"/scores/{own.pk}", "/contacts?fields=name,revenue,segment,churn,clv&sort=-clv", f"/contacts/{foreign.pk}",
    )  # fmt: skip
    return {path: call.get(path).content.decode() for path in paths}


def test_scores_out_of_sight_are_on_no_page_in_no_file_and_in_no_answer(house) -> None:
    people, own = house
    foreign = Contact.objects.filter(name__startswith=MARK).first()
    for person in people if IS_LONG else people[::3]:
        Contact.objects.filter(pk__in=[one.pk for one in own]).update(owner=person, team=person.team)
        texts = pages(make.signed_in(person), own[0])
        assert not leaks(texts), (person.role, leaks(texts))
        assert [path for path, text in texts.items() if f"{OWN_MARK}segment" in text], "own scores are met"
        answers = api_texts(person, foreign, own[0])
        assert not leaks(answers), (person.role, leaks(answers))
        assert f"{OWN_MARK}segment" in answers["/scores"]
        assert f"{OWN_MARK}segment" in answers[f"/scores/{own[0].pk}"]


def test_what_pages_add_up_is_of_seen_customers_alone(house) -> None:
    people, own = house
    for person in people:
        Contact.objects.filter(pk__in=[one.pk for one in own]).update(owner=person, team=person.team)
        client = make.signed_in(person)
        rfm, clv, churn = (client.get(f"/analytics/{name}/").context["page"] for name in ("rfm", "clv", "churn"))
        seen = RfmScore.objects.filter(contact__owner=person)
        assert sum(cell.customers for cell in rfm.cells) == seen.count()
        assert sum(cell.customers for cell in clv.cells) == ClvScore.objects.filter(contact__owner=person).count()
        at_risk = ChurnScore.objects.filter(contact__owner=person)
        assert sum(band["customers"] for band in churn.bands) == at_risk.count()
        assert {row.score.contact.owner_id for row in churn.at_risk} <= {person.pk}
        assert client.get(reverse("analytics:retention_detail")).status_code == 403, "figures of the whole base"


def test_the_marks_are_met_by_who_may_see_them(house) -> None:
    """The other side of the coin, for an administrator: on pages, in files, in the API."""
    foreign = Contact.objects.filter(name__startswith=MARK).first()
    admin = make.make_user(Role.ADMIN)
    texts = pages(make.signed_in(admin), foreign)
    met = {path.partition("?")[0] for path in (hit.partition(": ")[0] for hit in leaks(texts))}
    wanted = ("rfm_export", "clv_export", "churn_detail", "clv_detail", "run_list", "run_step")
    assert {reverse(f"analytics:{name}") for name in wanted} <= met, met
    assert {foreign.get_absolute_url(), "/contacts/", "/contacts/export/"} <= met, met
    assert len(leaks(api_texts(admin, foreign, foreign))) >= 4
