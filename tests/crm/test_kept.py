"""Statements that are kept: they read what a fresh query reads, and what a person sees follows their rights at once."""

from functools import partial

import pytest

from contacts.models import Contact
from contacts.queries import interactions_before, read_record
from crm.access import visible_words
from crm.choices import Role, Scope, Verb
from crm.database.kept import ANY_KEY, ANY_TEXT, KeptRows, Shelf
from crm.models import AccessRule, Share, User
from crm.sharing import end_share, share_record
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def company(db):
    make.make_company()


def again(user: User) -> User:
    """The person as the next request reads them."""
    return User.objects.get(pk=user.pk)


def test_each_record_is_read_with_what_is_selected_and_prefetched(django_assert_num_queries):
    owner = make.make_user()
    ann = make.make_contact(name="Ann", owner=owner, emails=("a@x.example", "b@x.example"))
    bob = make.make_contact(name="Bob", emails=("c@x.example",))
    kept = KeptRows(Contact.objects.filter(pk=ANY_KEY).select_related("owner").prefetch_related("points"))
    with django_assert_num_queries(4):
        (first,), (second,) = kept.read(ann.pk), kept.read(bob.pk)
        assert (first, first.owner, [one.value for one in first.points.all()]) == (
            ann, owner, ["a@x.example", "b@x.example"],
        )  # fmt: skip
        assert (second, second.owner, [one.value for one in second.points.all()]) == (bob, None, ["c@x.example"])


def test_a_text_is_a_key_too_and_who_sees_nothing_reads_nothing():
    ann = make.make_contact(name="Ann")
    make.make_contact(name="Bob")
    assert KeptRows(Contact.objects.filter(name=ANY_TEXT)).read("Ann") == [ann]
    assert KeptRows(Contact.objects.filter(name=ANY_TEXT)).read("' OR 1=1 --") == []
    assert KeptRows(Contact.objects.none()).read(ann.pk) == []


def test_a_shelf_makes_each_thing_once_and_never_grows_without_end(monkeypatch):
    monkeypatch.setattr("crm.database.kept.MOST_KEPT", 2)
    shelf: Shelf[int] = Shelf()
    made = [shelf.get_or_make(key, partial(int, f"{key}0")) for key in (1, 1, 2, 3)]
    assert made == [10, 10, 20, 30]
    assert dict(shelf) == {3: 30}


def test_a_record_that_one_person_was_shown_is_shown_to_nobody_else():
    manager, rep = make.make_user(), make.make_user(Role.REP, team=make.make_team())
    contact = make.make_contact(owner=manager)
    make.make_interaction(contact, subject="Secret")
    assert read_record(manager, contact.pk) == contact
    assert read_record(rep, contact.pk) is None
    assert interactions_before(rep, contact.pk, None, 10) == []
    share_record(actor=manager, record=contact, person=rep)
    seen = read_record(again(rep), contact.pk)
    assert (seen, seen.can_change, seen.can_delete) == (contact, False, False)
    assert [entry.title for entry in interactions_before(again(rep), contact.pk, None, 10)] == ["Secret"]
    end_share(actor=manager, record=contact, share=Share.objects.get())
    assert read_record(again(rep), contact.pk) is None


def test_a_rule_that_changes_is_in_force_at_the_next_request():
    manager = make.make_user()
    contact = make.make_contact()
    assert read_record(manager, contact.pk) == contact
    AccessRule.objects.create(role=Role.MANAGER, model="contacts.contact", verb=Verb.VIEW, scope=Scope.OWN)
    assert read_record(again(manager), contact.pk) is None
    assert visible_words(Contact, again(manager)) != visible_words(Contact, manager)
