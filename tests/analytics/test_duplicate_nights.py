"""Nights that compare only what has changed come to what comparing everybody by the same weights comes to."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from django.utils import timezone

from analytics.duplicates.actions import say_not_the_same
from analytics.models import DistinctPair, DuplicateBasis, DuplicatePair, ModelRun
from analytics.runs import run_steps
from analytics.steps.duplicate_basis import read_basis
from analytics.steps.duplicate_bounds import promising
from analytics.steps.duplicate_candidates import LARGEST_BLOCK, candidates
from analytics.steps.duplicate_comparing import compare
from analytics.steps.duplicate_facts import read_facts
from analytics.steps.duplicates import LEAST_PROBABILITY, LONGEST
from contacts.actions import archive_contact, restore_contact
from contacts.choices import ContactKind, PointKind
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.models import Address, Contact, ContactMerge, ContactPoint
from crm.jobs import JobCancelled
from tests.factories import make_company, make_contact

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
CODES = ("10197", "22202")
FIRSTS = ("Ada", "Grace", "Edsger", "Barbara", "Anna-Maria", "Jo", "Katherine", "Annie")
LASTS = ("Lovelace", "Hopper", "Hoper", "Dijkstra", "Liskov", "Berg", "Bergmann", "Johnson", "Easley", "Meyer", "Meier")


class EndsBeforeItIsKept:
    """Somebody cancels the job when all is written and nothing committed."""

    def report(self, done: int, total: int | None = None, message: str = "") -> None:
        if message == "Done":
            raise JobCancelled


def night(asked: str = "changed", **more: object) -> dict:
    (run,) = run_steps(
        actor=None, as_of=DAY, only=["duplicates"], parameters={"duplicates": {"compare": asked}}, **more
    )
    return run.metrics


def found() -> dict:
    """By the ids of both: probability and evidence."""
    rows = DuplicatePair.objects.values_list("first_id", "second_id", "probability", "evidence")
    return {(first, second): (pytest.approx(probability), evidence) for first, second, probability, evidence in rows}


def by_the_same_weights() -> dict[tuple[int, int], float]:
    """All candidates of all contacts, each compared in full, by the weights and frequencies that are kept."""
    expected = {}
    for kind in ContactKind.values:
        row = DuplicateBasis.objects.filter(kind=kind).first()
        if row is None:
            continue
        basis, facts = read_basis(kind, row.method), read_facts(kind)
        pairs, facts = candidates(facts, kind), basis.facts(facts)
        probabilities = basis.linkage.probability(compare(facts, pairs.first, pairs.second))
        for first, second, probability in zip(pairs.first, pairs.second, probabilities, strict=True):
            if probability >= LEAST_PROBABILITY:
                expected[int(facts.ids[first]), int(facts.ids[second])] = float(probability)
    return expected


class Town:
    """People of few names in two postal codes, so that many keys are shared by more than are compared one with each."""

    def __init__(self, seed: int, people: int = 520) -> None:
        self.by_lot = random.Random(seed)
        make_company()
        self.people = [self.person() for _ in range(people)]
        for original in self.by_lot.sample(self.people, 25):
            self.again(original)

    def person(self, **known: object) -> Contact:
        first, last = self.by_lot.choice(FIRSTS), self.by_lot.choice(LASTS)
        born = dt.date(1950, 1, 1) + dt.timedelta(days=self.by_lot.randrange(4_000))
        values = {"first_name": first, "last_name": last, "name": f"{first} {last}", "birthday": born, **known}
        contact = Contact.objects.create(**values)
        Address.objects.create(
            contact=contact, street=f"{self.by_lot.randrange(60)} Elm Road", postal_code=self.by_lot.choice(CODES),
            city="York", is_primary=True,
        )  # fmt: skip
        for _ in range(self.by_lot.randrange(3)):
            self.point(contact)
        return contact

    def point(self, contact: Contact) -> None:
        digits = f"+4411349{self.by_lot.randrange(10_000):05}"
        mail = f"{contact.last_name}{self.by_lot.randrange(300)}@mail.example".lower()
        kind, value = self.by_lot.choice([(PointKind.PHONE, digits), (PointKind.EMAIL, mail)])
        is_first = not contact.points.filter(kind=kind).exists()
        ContactPoint.objects.create(contact=contact, kind=kind, value=value, normalised=value, is_primary=is_first)

    def again(self, original: Contact) -> None:
        names = {name: getattr(original, name) for name in ("first_name", "last_name", "name", "birthday")}
        twin = Contact.objects.create(**names)
        for point in original.points.all():
            ContactPoint.objects.create(
                contact=twin,
                kind=point.kind,
                value=point.value,
                normalised=point.normalised,
                is_primary=point.is_primary,
            )

    def edit(self) -> None:
        """Something that happens to contacts."""
        one = self.by_lot.choice(list(Contact.objects.current()))
        pairs = list(DuplicatePair.objects.waiting())
        what = self.by_lot.randrange(12)
        if what == 0:
            self.person()
        elif what == 1:
            self.again(one)
        elif what == 2:
            one.delete()
        elif what == 3:
            archive_contact(actor=None, contact=one)
        elif what == 4 and (gone := Contact.objects.filter(archived_at__isnull=False, merged_into=None).first()):
            restore_contact(actor=None, contact=gone)
        elif what == 5 and pairs:
            pair = self.by_lot.choice(pairs)
            merge_contacts(actor=None, kept=pair.first, gone=pair.second)
        elif what == 6 and (merge := ContactMerge.objects.filter(undone_at=None).last()):
            undo_merge(actor=None, merge=merge)
        elif what == 7 and pairs:
            say_not_the_same(actor=None, pair=self.by_lot.choice(pairs))
        elif what == 8:
            self.point(one)
        elif what == 9:
            one.points.all().delete()
        elif what == 10:
            one.addresses.update(postal_code=self.by_lot.choice(CODES), street="1 Oak Lane")
        else:
            last = self.by_lot.choice(LASTS)
            Contact.objects.filter(pk=one.pk).update(last_name=last, name=f"{one.first_name} {last}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_edits_the_changed_ones_come_to_what_all_come_to(seed):
    town = Town(seed)
    assert night("all")["why_all"]
    largest = max(len(list(Contact.objects.filter(addresses__postal_code=code))) for code in CODES)
    assert largest > 2 * LARGEST_BLOCK * len(FIRSTS) / 4
    before = len(found())
    for _ in range(3):
        for _ in range(7):
            town.edit()
        metrics = night()
        assert (metrics["why_all"], metrics["changed"] > 0) == ("", True)
        expected = by_the_same_weights()
        assert {pair: probability for pair, (probability, _) in found().items()} == expected
    assert before > 20
    assert (
        DistinctPair.objects.count()
        == metrics["said_to_be_two"]
        + DistinctPair.objects.exclude(first__archived_at=None, second__archived_at=None).count()
    )


def test_pairs_that_somebody_else_has_changed_are_put_right():
    Town(4)
    night("all")
    expected = found()
    pair = DuplicatePair.objects.first()
    DuplicatePair.objects.filter(pk=pair.pk).update(probability=0.9)
    DuplicatePair.objects.exclude(pk=pair.pk).first().delete()
    strangers = Contact.objects.order_by("pk")[:2]
    DuplicatePair.objects.get_or_create(
        first=strangers[0], second=strangers[1], defaults={"probability": 0.99, "run_id": 1}
    )
    assert night()["changed"] > 0
    assert found() == expected


def test_a_night_without_changes_compares_nobody_and_the_figures_stand():
    Town(5, people=120)
    metrics = night("all")
    kept = set(DuplicatePair.objects.values_list("pk", "run_id"))
    for asked in ("changed", "all"):
        again = night(asked)
        assert (again["compared"], again["changed"], again["why_all"]) == (0, 0, "")
        assert {name: again[name] for name in ("pairs", "probable", "contacts")} == {
            name: metrics[name] for name in ("pairs", "probable", "contacts")
        }
    assert set(DuplicatePair.objects.values_list("pk", "run_id")) == kept


def test_all_are_compared_anew_when_asked_after_a_week_and_when_many_have_changed():
    town = Town(6, people=120)
    assert "before" in night()["why_all"]
    make_contact()
    assert night()["why_all"] == ""
    assert "asked" in night("all")["why_all"]
    make_contact()
    DuplicateBasis.objects.update(full_at=timezone.now() - LONGEST)
    assert "week" in night()["why_all"]
    for _ in range(10):
        town.person()
    assert "10 contacts had changed" in night()["why_all"].replace("\xa0", " ")
    make_contact()
    DuplicateBasis.objects.update(method="as it was done before")
    assert "method" in night()["why_all"]


def test_a_night_that_is_broken_off_leaves_all_as_it_was_and_the_next_one_goes_on_from_there():
    town = Town(7, people=120)
    night("all")
    before, compared_at = found(), DuplicateBasis.objects.get().compared_at
    town.again(town.people[0])
    with pytest.raises(JobCancelled):
        night(progress=EndsBeforeItIsKept())
    assert (found(), DuplicateBasis.objects.get().compared_at) == (before, compared_at)
    assert night()["changed"] == 1
    assert {pair: probability for pair, (probability, _) in found().items()} == by_the_same_weights()


def test_no_pair_that_is_worth_a_look_is_ruled_out_before_it_is_compared():
    Town(8)
    facts = read_facts("person")
    night("all")
    basis = read_basis("person", DuplicateBasis.objects.get().method)
    pairs = candidates(facts, "person")
    probability = basis.linkage.probability(compare(facts, pairs.first, pairs.second))
    left = promising(facts, pairs.first, pairs.second, basis.linkage, LEAST_PROBABILITY)
    wanted = set((probability >= LEAST_PROBABILITY).nonzero()[0].tolist())
    assert wanted <= set(left.tolist())
    assert len(left) < len(pairs) / 2
    assert ModelRun.objects.get(step="duplicates").row_count == len(wanted)
