"""The sums that are kept: whatever is written, however, they are what the rows add up to, for everybody."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.forecast_cells import Basis, ByRows, Cells, read_cells
from analytics.models import DealForecast
from analytics.periods import Period
from crm.choices import Role, Scope, ShareRight, Verb
from crm.company import company_today
from crm.kept_sums.keeping import differences, fold_all, recount
from crm.kept_sums.spec import kept_sums
from crm.models import AccessRule, Company, Share, User
from leads.models import Lead
from pipeline.credit import ALL_TOGETHER, GROUPINGS, deals_seen
from pipeline.models import Deal, DealShare, DealSum, Stage
from pipeline.month_board import first_of
from pipeline.sums import open_by_stage
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 5, 20)
DAYS = [None, *(TODAY + dt.timedelta(days=step) for step in (-90, -19, -1, 0, 3, 40))]
COPIED = ("title", "pipeline_id", "stage_id", "owner_id", "amount", "base_amount", "currency", "outcome", "expected_on",
          "custom", "version", "created_at", "updated_at", "sort_name", "search_text", "reason")  # fmt: skip


@pytest.fixture
def house():
    """Two teams with two reps each, deals of all kinds, some of them shared, some with what a run said of them."""
    company = make.make_company()
    make.make_pipeline()
    Stage.objects.filter(name="First").update(probability=20, expected_days=30)
    teams = [make.make_team(), make.make_team()]
    reps = [make.make_user(Role.REP, name=name, team=teams[n // 2]) for n, name in enumerate(("Ann", "Bo", "Cy", "Di"))]
    products = [make.make_product(), make.make_product()]
    for n in range(24):
        deal = make.make_deal(
            owner=reps[n % 4] if n % 7 else None, amount=Decimal(100 + n), currency="USD" if n % 5 == 0 else "EUR",
            expected_on=DAYS[n % 7], product=products[n % 2], opened_on=TODAY - dt.timedelta(days=100),
            forecast_category=("commit", "best_case", "pipeline", "omitted")[n % 4],
            stage=Stage.objects.get(name="Second") if n % 3 else None,
            closed=(("Won", TODAY - dt.timedelta(days=n * 9)) if n < 8 else None),
        )  # fmt: skip
        if n % 6 == 5:
            DealShare.objects.create(deal=deal, user=reps[(n + 1) % 4], percent=40)
        if n % 2:
            months = {f"month_{ahead}": ahead / 10 for ahead in range(1, 7)}
            DealForecast.objects.create(deal=deal, run_id=1, as_of=TODAY, worth=float(n), rate=0.4, **months)
    for kept in kept_sums():
        recount(kept)
    return company, reps


def wrong() -> list[object]:
    return [found for kept in kept_sums() for found in differences(kept)]


def write(draw: st.DataObject, reps: list[User]) -> None:
    """One write of any kind, by the means that pages, imports and people have."""
    keys = list(Deal.objects.values_list("pk", flat=True))
    some = draw.draw(st.lists(st.sampled_from(keys), max_size=6)) if keys else []
    rows, pick = Deal.objects.filter(pk__in=some), lambda *of: draw.draw(st.sampled_from(of))
    stage = pick(*Stage.objects.all())
    closed = None if stage.kind == "open" else pick(*(day for day in DAYS if day))

    def move() -> None:
        rows.update(stage=stage, outcome=stage.kind, closed_on=closed, opened_on=None, stage_since=closed)

    def delete() -> None:
        DealShare.objects.filter(deal__in=some).delete()
        Deal.objects.filter(pk__in=some)._raw_delete(using="default")

    def change_shares() -> None:
        DealShare.objects.filter(deal__in=some).update(percent=10)
        DealShare.objects.filter(deal__in=some[:2]).delete()
        free = rows.exclude(shares__user=reps[0])
        DealShare.objects.bulk_create(DealShare(deal=deal, user=reps[0], percent=30) for deal in free)

    def change_leads() -> None:
        make.make_lead(source=pick("Fair", ""), owner=reps[0], first_touch_at=make.NOON)
        Lead.objects.update(created_at=make.NOON - dt.timedelta(minutes=pick(0, 7, 5000)), converted=True)

    pick(
        move,
        delete,
        change_shares,
        change_leads,
        fold_all,
        lambda: rows.update(owner=pick(*reps, None), product=None),
        lambda: rows.update(base_amount=pick(None, Decimal("0.0001"), Decimal(77)), currency="CHF"),
        lambda: rows.update(expected_on=pick(*DAYS), forecast_category="commit"),
        lambda: rows.update(archived_at=pick(None, make.NOON)),
        lambda: copy_deals(stage, reps, closed),
        lambda: Company.objects.update(time_zone=pick("Asia/Tokyo", "UTC")),
    )()


def copy_deals(stage: Stage, reps: list[User], closed: dt.date | None) -> None:
    """Thirty deals by COPY, as bulk work of any program would bring them."""
    command = f"COPY pipeline_deal ({', '.join((*COPIED, 'closed_on'))}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for n in range(30):
            copy.write_row((f"C{n}", stage.pipeline_id, stage.pk, reps[n % 3].pk, n, n, "EUR", stage.kind, DAYS[n % 7],
                            "{}", 1, make.NOON, make.NOON, "", "", "", closed))  # fmt: skip


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), count=st.integers(3, 10), keeps=st.booleans())
def test_after_any_writes_the_sums_are_those_of_the_rows(house, data, count, keeps):
    _, reps = house
    with transaction.atomic():
        for _ in range(count):
            try:
                with transaction.atomic():
                    write(data, reps)
                    if not keeps:
                        raise UndoneError
            except UndoneError:
                pass
        assert wrong() == []
        fold_all()
        assert wrong() == []
        assert not DealSum.objects.filter(is_folded=False).exists()
        worth: dict[int, Decimal] = defaultdict(Decimal)
        for deal in Deal.objects.open():
            worth[deal.stage_id] += deal.base_amount or 0
        kept: dict[int, Decimal] = defaultdict(Decimal)
        for row in DealSum.objects.filter(kind="board"):
            kept[row.stage_id] += row.worth
        assert {key: value for key, value in kept.items() if value} == {k: v for k, v in worth.items() if v}
        transaction.set_rollback(True)


class UndoneError(Exception):
    """Takes a write back."""


def people(reps: list[User]) -> dict[str, User]:
    """Who reaches all, a team, the own, one more deal by a share, nothing."""
    owner = make.make_user(Role.MARKETER, name="Own")
    AccessRule.objects.create(role=Role.MARKETER, model="pipeline.deal", verb=Verb.VIEW, scope=Scope.OWN)
    Deal.objects.filter(owner=reps[3]).filter(amount__gt=115).update(owner=owner)
    shared = make.make_user(Role.REP, name="Given")
    for deal in Deal.objects.order_by("pk")[::3]:
        Share.objects.create(model="pipeline.deal", object_id=deal.pk, user=shared, right=ShareRight.VIEW)
    return {"manager": make.make_user(Role.MANAGER), "team": reps[0], "own": owner, "shared": shared}


def test_the_boards_show_each_person_what_their_deals_add_up_to(house):
    _, reps = house
    for name, user in people(reps).items():
        client, today = make.signed_in(user), company_today()
        mine = list(Deal.objects.visible_to(user).open().select_related("stage"))
        assert mine, name
        assert open_by_stage(user) == Counter(deal.stage_id for deal in mine), name
        page = client.get("/pipeline/set-up/").context["pipelines"]
        assert sum(n for _, stages in page for _, n, _ in stages) == len(mine), name
        for column in client.get("/pipeline/").context["columns"]:
            here = [deal for deal in mine if deal.stage_id == column.stage.pk]
            late = column.stage.expected_days is not None and [
                deal for deal in here if (deal.days_in_stage(today) or 0) > column.stage.expected_days
            ]
            assert (column.count, column.worth or 0, column.rotting) == (
                len(here), sum(deal.base_amount or 0 for deal in here), len(late or []),
            ), name  # fmt: skip
        for query, some in (("", mine), ("?owner=me", [deal for deal in mine if deal.owner_id == user.pk])):
            found = client.get(f"/pipeline/months/{query}").context["columns"]
            assert sum(column.count for column in found) == len(some), name
            late = next(column for column in found if column.is_late)
            slipped = [deal for deal in some if deal.expected_on and deal.expected_on < today]
            assert (late.count, late.worth) == (len(slipped), sum(deal.base_amount or 0 for deal in slipped)), name
            assert sorted(card.deal.pk for card in late.cards) == sorted(deal.pk for deal in slipped), name


@pytest.mark.parametrize("today", [TODAY, dt.date(2026, 5, 1)])
def test_the_forecast_of_sums_is_that_of_the_deals_one_by_one(house, today):
    _, reps = house
    ends = tuple(first_of(today, ahead) for ahead in range(1, 7))
    basis = Basis(today, ends, (10.0, 30.0, 60.0, 100.0, 150.0, 200.0), 450.0, 0.5)
    since = dt.date(2025, 10, 1)
    spans = [Period.of(today, kind).moved(step) for kind in ("month", "quarter") for step in (-1, 0, 1)]
    groupings = {**{name: GROUPINGS[name] for name in ("rep", "office", "manager", "product", "pipeline")}}
    for name, user in {**people(reps), "system": None}.items():
        for by, grouping in {**groupings, "all": ALL_TOGETHER}.items():
            before = dt.date(today.year, today.month - 3, min(today.day, 28))
            rows = ByRows(grouping, today, before, today, basis.win_rate)
            seen = deals_seen(user)
            slow = Cells(
                today, basis, since, rows.opened(seen), rows.won(seen.filter(outcome="won", closed_on__gte=since))
            )
            quick = read_cells(user, grouping, basis, today, since)
            for span in spans:
                wanted, found = ({row.key: row for row in cells.rows(span)} for cells in (slow, quick))
                assert set(wanted) == set(found), (name, by, span)
                for key, row in wanted.items():
                    told = {k: v for k, v in vars(row).items() if k not in ("key", "name")}
                    assert told == pytest.approx(
                        {k: v for k, v in vars(found[key]).items() if k not in ("key", "name")}, abs=1e-4
                    ), (name, by, span, key)
