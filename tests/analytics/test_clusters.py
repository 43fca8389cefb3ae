"""Clusters of customers: found, as of a day, for who may see them; too few are said to be too few."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.exporting import score_rows
from analytics.models import ClusterScore, ModelRun
from analytics.runs import run_steps
from analytics.steps.clusters import facts_of
from contacts.models import Contact
from crm.choices import Role, Scope
from crm.models import AccessRule, FieldRule
from orders.models import Order
from tests.analytics.bases import Sale, make_base
from tests.factories import make_company, make_order, make_product, make_user, signed_in

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
KINDS = 3


def sales(each: int = 20) -> list[Sale]:
    """Three kinds: often and much until yesterday, once long ago, and twice of late with little."""
    found = []
    for number in range(each):
        found += [Sale(number, DAY - dt.timedelta(days=1 + 20 * turn), Decimal(900 + number)) for turn in range(30)]
        found.append(Sale(1000 + number, DAY - dt.timedelta(days=700 + number), Decimal(80 + number)))
        few = 4 + number % 5
        found += [Sale(2000 + number, DAY - dt.timedelta(days=d), Decimal(9 + number % 4)) for d in (few, few + 30)]
    return found


@pytest.fixture
def base(db) -> dict[int, Contact]:
    make_company()
    return make_base(sales())


def computed(day: dt.date = DAY) -> ModelRun:
    (run,) = run_steps(actor=None, as_of=day, only=["clusters"])
    assert run.error == ""
    return run


def kinds() -> dict[str, set[int]]:
    """Names of clusters with the kinds of customers (0, 1, 2) in each."""
    found: dict[str, set[int]] = {}
    for name, external_id in ClusterScore.objects.values_list("name", "contact__external_id"):
        found.setdefault(name, set()).add(int(external_id[1:]) // 1000)
    return found


def test_kinds_of_customers_are_told_apart_named_and_counted(base):
    run = computed()
    names = run.metrics["names"]
    assert (run.row_count, run.metrics["k"], run.metrics["has_structure"]) == (60, KINDS, True)
    assert {name: run.metrics[name] for name in names} == dict.fromkeys(names, 20)
    assert sorted(map(sorted, kinds().values())) == [[0], [1], [2]]
    best = next(name for name, numbers in kinds().items() if numbers == {0})
    assert names[0] == best, "the most money stands first"
    assert {"frequent", "high value"} & {one.strip().lower() for one in best.split(",")}
    medians = run.metrics["profile"][0]["medians"]
    assert (medians["recency"], medians["frequency"], medians["gap"], medians["tenure"]) == (1, 30, 20, 581)
    assert "returns" not in run.metrics["features"], "what is the same for all is left out"
    score = ClusterScore.objects.get(contact=base[0])
    assert ["frequency", 30.0, 2.0] in score.reasons


def test_a_run_again_gives_the_same(base):
    first, rows = computed(), list(ClusterScore.objects.order_by("pk").values_list("pk", "name", "distance"))
    second = computed()
    assert first.metrics == second.metrics
    assert rows == list(ClusterScore.objects.order_by("pk").values_list("pk", "name", "distance"))


def test_nothing_later_than_the_day_enters(base):
    before = computed().metrics
    make_base([Sale(5000, DAY + dt.timedelta(days=1), Decimal(7))])
    Order.objects.create(
        contact=base[1000], ordered_at=dt.datetime(2026, 7, 2, 12, tzinfo=dt.UTC), ordered_on=dt.date(2026, 7, 2),
        currency="EUR", amount=9_999, base_amount=9_999, is_purchase=True,
    )  # fmt: skip
    assert computed().metrics == before
    assert computed(DAY + dt.timedelta(days=3)).metrics["customers"] == 61


def test_facts_are_those_of_counting(db):
    make_company()
    back = [Sale(1, DAY - dt.timedelta(days=days), Decimal(amount)) for days, amount in ((100, 50), (40, 30), (10, 20))]
    (one,) = make_base([*back, Sale(1, DAY, Decimal(-10), is_purchase=False)]).values()
    order = make_order(one, ordered_on=DAY, ordered_at=dt.datetime.combine(DAY, dt.time(9), dt.UTC), lines=(
        {"quantity": 1, "amount": Decimal(100), "product": make_product(family="Frames")},
        {"quantity": 1, "amount": Decimal(0), "product": make_product(family="")},
    ))  # fmt: skip
    Order.objects.filter(pk=order.pk).update(base_amount=100, ordered_on=DAY)
    contacts, facts = facts_of(DAY)
    assert contacts.tolist() == [one.pk]
    found = {name: column[0] for name, column in facts.items()}
    assert found == pytest.approx({
        "recency": 0, "frequency": 4, "monetary": 190, "average": 50, "tenure": 100, "gap": 100 / 3, "returns": 1 / 5,
        "families": 1,
    })  # fmt: skip


def test_too_few_customers_are_said_and_nobody_is_in_a_cluster(base):
    computed()
    run = computed(DAY - dt.timedelta(days=705))
    assert "at least 30 are needed" in run.metrics["sentences"][0]
    assert not ClusterScore.objects.exists()
    page = signed_in(make_user(Role.MANAGER)).get(reverse("analytics:cluster_list"))
    assert b"at least 30 are needed" in page.content


def test_the_page_leads_to_the_customers_and_to_a_segment(base):
    client = signed_in(make_user(Role.MANAGER))
    assert client.get(reverse("analytics:cluster_list")).status_code == 200, "before the first run"
    computed()
    page = client.get(reverse("analytics:cluster_list"))
    row = page.context["rows"][0]
    assert row["name"] in page.content.decode()
    listed = client.get(row["url"])
    assert {one.pk for one in listed.context["table"].rows} == set(
        ClusterScore.objects.filter(name=row["name"]).values_list("pk", flat=True)
    )
    [(link, address)] = row["onward"]
    made = client.get(address)
    assert made.status_code == 200
    assert link.label == "Make a segment" and row["name"] in made.content.decode()
    file = b"".join(client.get(reverse("analytics:cluster_export")).streaming_content).decode()
    assert file.splitlines()[0].split(",")[3:] == ["recency", "frequency", "monetary", "average", "tenure", "gap"]
    assert len(file.splitlines()) == KINDS + 2


def test_the_record_says_the_cluster_and_why_and_hides_what_is_hidden(base):
    computed()
    client = signed_in(make_user(Role.MANAGER))
    address = f"{base[0].get_absolute_url()}?tab=analysis"
    name = base[0].cluster.name
    pages = [client.get(one).content.decode() for one in (base[0].get_absolute_url(), address)]
    html = next(one for one in pages if 'id="cluster-title"' in one)
    assert name in html
    assert "Purchases: 30" in html
    FieldRule.objects.create(role="manager", model="analytics.rfmscore", field="monetary", right="hidden")
    for one in (base[0].get_absolute_url(), address):
        assert "Purchases: 30" not in client.get(one).content.decode(), "reasons go with what they tell"
    assert client.get(reverse("analytics:cluster_list")).status_code == 403
    FieldRule.objects.create(role="manager", model="analytics.clusterscore", field="name", right="hidden")
    for one in (base[0].get_absolute_url(), address, "/contacts/?columns=name,cluster"):
        assert name not in client.get(one).content.decode()


def test_who_sees_some_customers_sees_no_figures_of_all_and_exports_their_clusters_alone(base):
    computed()
    for verb in ("view", "export"):
        AccessRule.objects.create(role=Role.MARKETER, model="contacts.contact", verb=verb, scope=Scope.OWN)
    person = make_user(Role.MARKETER)
    Contact.objects.filter(pk=base[0].pk).update(owner=person)
    client = signed_in(person)
    assert client.get(reverse("analytics:cluster_list")).status_code == 403
    assert list(ClusterScore.objects.visible_to(person)) == [ClusterScore.objects.get(contact=base[0])]
    rows = list(score_rows(person, ("contact_id", "cluster"), None))
    assert [[str(one) for one in row] for row in rows] == [[str(base[0].pk), base[0].cluster.name]]


def test_the_run_is_asked_for_by_a_form(base):
    client = signed_in(make_user(Role.MANAGER))
    assert client.post(reverse("analytics:cluster_run"), {"as_of": "nonsense"}).status_code == 422
    assert client.post(reverse("analytics:cluster_run"), {"as_of": "2026-06-30"}).status_code == 302
    assert (
        signed_in(make_user(Role.REP)).post(reverse("analytics:cluster_run"), {"as_of": "2026-06-30"}).status_code
        == 403
    )
