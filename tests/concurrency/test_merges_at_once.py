"""Two people merge at once what overlaps: one after the other, no row is lost, and the loser is told."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from contacts.merging.actions import merge_contacts, undo_merge
from contacts.models import Contact, ContactMerge, ContactPoint
from pipeline.models import Deal
from tests.concurrency.racing import at_once
from tests.factories import make_company, make_contact, make_deal

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def merging(kept, gone):
    """The merge as a work: the sentence it was refused with, or nothing."""

    def work() -> str:
        try:
            merge_contacts(actor=None, kept=kept, gone=gone)
        except ValidationError as error:
            return " ".join(error.messages)
        return ""

    return work


def three() -> list[Contact]:
    """Three contacts with a mail and a deal each."""
    contacts = [make_contact(name=name, emails=(f"{name}@navy.example",)) for name in ("ada", "grace", "mary")]
    for contact in contacts:
        make_deal(contact=contact)
    return contacts


def roots(contacts) -> set[int]:
    """Those who were merged into nobody."""
    rows = Contact.objects.filter(pk__in=[one.pk for one in contacts], merged_into=None)
    return set(rows.values_list("pk", flat=True))


def held_by(keys) -> tuple[int, int]:
    """How many deals and e-mail addresses hang on them."""
    points = ContactPoint.objects.filter(contact_id__in=keys).values("normalised").distinct().count()
    return Deal.objects.filter(contact_id__in=keys).count(), points


def test_of_one_pair_merged_both_ways_at_once_one_merge_is_done():
    make_company()
    for _ in range(ROUNDS):
        one, other, _third = contacts = three()
        said = at_once([merging(one, other), merging(other, one)])
        assert sorted(map(bool, said)) == [False, True]
        assert "was merged into another contact already" in "".join(said)
        assert (len(roots(contacts[:2])), held_by(roots(contacts[:2]))) == (1, (2, 2))
        (merge,) = ContactMerge.objects.filter(kept__in=contacts[:2])
        at_once([partial(undo_merge, actor=None, merge=merge)] * 2)
        assert [held_by([contact.pk]) for contact in contacts] == [(1, 1)] * 3


def test_overlapping_pairs_merged_at_once_leave_every_row_on_somebody_who_is_there():
    make_company()
    for _ in range(ROUNDS):
        ada, grace, mary = contacts = three()
        said = at_once([merging(ada, grace), merging(grace, mary)])
        # mary became grace and grace ada; or grace was gone before mary could become her
        left = roots(contacts)
        assert left == ({ada.pk} if not any(said) else {ada.pk, mary.pk})
        assert held_by(left) == (3, 3)
        assert ContactMerge.objects.filter(kept__in=contacts).count() == 3 - len(left)
