"""An erasure takes one person out of what duplicates rest on, and the next night goes on from the others."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.models import DuplicateBasis, DuplicatePair
from analytics.steps.duplicate_basis import Basis, read_basis
from analytics.steps.duplicate_candidates import LARGEST_BLOCK, NEIGHBOURS, drawn_together, pairs_within
from analytics.steps.duplicate_marks import value_hashes
from contacts.models import Contact
from contacts.privacy import actions
from crm import jobs
from tests.analytics.test_duplicate_nights import Town, by_the_same_weights, found, night
from tests.factories import make_company, make_contact

pytestmark = pytest.mark.django_db(transaction=True)


def erase(contact: Contact) -> None:
    asked = actions.ask_for_erasure(actor=None, contact=contact, reason="asked")
    jobs.run_job(asked.job_id)
    asked.refresh_from_db()
    assert asked.state == "done"


def basis_now() -> Basis:
    row = DuplicateBasis.objects.get(kind="person")
    basis = read_basis("person", row.method)
    assert basis is not None
    return basis


def numbers(basis: Basis) -> set[int]:
    """Every number in its arrays that is made of a value."""
    keys = [one.hashes for one in basis.marks.keys.values()]
    values = [one.hashes for one in basis.frequencies.values()]
    return set(np.concatenate([basis.marks.marks, *keys, *values]).tolist())


def test_no_number_stays_that_was_made_of_the_erased_alone_and_the_others_keep_theirs():
    make_company()
    people = [make_contact(name=name, last_name="Berg", emails=("mia@mail.example",)) for name in ("Mia Berg", "M B")]
    others = [make_contact(name="Ada Lovelace", last_name="Lovelace") for _ in range(3)]
    night("all")
    before = basis_now()
    mail, ada = (value_hashes(np.array([one], dtype=object), before.salt)[0] for one in ("mia@mail.example", "berg"))
    lovelace = value_hashes(np.array(["lovelace"], dtype=object), before.salt)[0]
    assert {mail, ada, lovelace} <= numbers(before)
    own = before.marks.marks[before.marks.ids == people[0].pk][0]
    erase(people[0])
    after = basis_now()
    assert people[0].pk not in after.marks.ids and own not in numbers(after)
    assert after.salt == before.salt
    assert mail not in after.frequencies["email"].hashes and ada not in after.frequencies["last_name"].hashes
    assert lovelace in after.frequencies["last_name"].hashes
    erase(people[1])
    left = basis_now()
    assert not {mail, ada} & numbers(left)
    assert left.marks.ids.tolist() == [one.pk for one in others]
    assert not DuplicatePair.objects.of_contact(people[0].pk).exists()


def test_a_value_that_nobody_has_any_more_goes_with_the_next_night():
    make_company()
    twins = [make_contact(name="Mia Berg", last_name="Berg", emails=("mia@mail.example",)) for _ in range(2)]
    for number in range(60):
        make_contact(name=f"Ada Lovelace {number}", last_name="Lovelace")
    night("all")
    mail = value_hashes(np.array(["berg"], dtype=object), basis_now().salt)[0]
    Contact.objects.filter(pk__in=[one.pk for one in twins]).update(last_name="Winter")
    erase(twins[0])
    assert mail in basis_now().frequencies["last_name"].hashes
    assert night()["why_all"] == ""
    assert mail not in numbers(basis_now())


def test_the_night_after_an_erasure_compares_who_is_touched_and_comes_to_what_all_would():
    town = Town(11)
    night("all")
    changed = []
    for one in town.people[:3]:
        erase(one)
        said = night()
        changed.append(said["changed"])
        assert said["why_all"] == "" and said["changed"] < 60
        assert {pair: probability for pair, (probability, _) in found().items()} == by_the_same_weights()
    assert any(changed) and DuplicatePair.objects.exists()


@pytest.mark.parametrize("size", [LARGEST_BLOCK - 1, LARGEST_BLOCK + 1, LARGEST_BLOCK + 2, 90])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_pair_that_is_new_when_some_leave_a_block_has_one_who_counts_as_changed(size, seed):
    rng = np.random.default_rng(seed)
    places, order = np.arange(size), rng.permutation(size)
    code, gone = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
    gone[rng.choice(size, seed * 2, replace=False)] = True
    were = set(pairs_within(places, code, order, size).tolist())
    are = set(pairs_within(places[~gone], code[~gone], order, size).tolist())
    changed = set(drawn_together(places, code, order, gone).tolist())
    assert all({pair // size, pair % size} & changed for pair in are - were)
    if size - seed * 2 > LARGEST_BLOCK:
        assert len(changed) <= seed * 2 * NEIGHBOURS
