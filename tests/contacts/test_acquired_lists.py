"""Acquired lists: what they cost and brought, and that nobody is written to by a list that may not be used."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.utils import timezone

from contacts.choices import Answer, ConsentLevel
from contacts.models import AcquiredList, Consent, Contact, ContactPoint, ListedContact
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write, permitted
from crm.choices import Role
from crm.company import company_today
from tests.api.calls import Caller
from tests.factories import make_company, make_contact, make_order, make_token, make_user, signed_in
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
FAIR, DIRECTORY = "Visitors of the fair", "Directory of joiners"


@pytest.fixture
def today():
    make_company()
    return company_today()


def on_list(name="Ann", level=None, **fields):
    acquired, _ = AcquiredList.objects.get_or_create(name=fields.pop("list_name", DIRECTORY), defaults=fields)
    contact = make_contact(name=name, emails=(f"{name.lower()}@example.org",))
    ListedContact.objects.create(acquired_list=acquired, contact=contact)
    if level is not None:
        record_consent(actor=None, contact=contact, channel="email", purpose="marketing", level=level)
    return contact


def test_a_compiled_list_needs_an_opt_in_of_their_own(today):
    weak, own = on_list("Weak", ConsentLevel.IMPLIED), on_list("Own", ConsentLevel.OPT_IN)
    assert may_write(weak).answer == Answer.COMPILED
    assert may_write(own).answer == Answer.GRANTED
    assert list(permitted(Contact.objects.all())) == [own]


def test_after_the_last_day_of_the_licence_nobody_is_written_to_by_it(today):
    ended = {"kind": "response", "licence_ends_on": today - dt.timedelta(days=1)}
    gone = on_list("Gone", ConsentLevel.IMPLIED, **ended)
    answer = may_write(gone)
    assert (answer.answer, answer.is_yes) == (Answer.LICENCE_ENDED, False)
    assert answer.sentence == "The licence of the list they came from has ended"
    last_day = on_list("Last", ConsentLevel.IMPLIED, list_name=FAIR, kind="response", licence_ends_on=today)
    assert may_write(last_day).answer == Answer.TOO_WEAK
    both = on_list("Both", ConsentLevel.IMPLIED)
    ListedContact.objects.filter(contact=both).delete()
    for one in AcquiredList.objects.all():
        ListedContact.objects.create(acquired_list=one, contact=both)
    assert may_write(both).answer == Answer.TOO_WEAK, "one of its lists may still be used"
    own = on_list("Own", ConsentLevel.DOUBLE_OPT_IN)
    assert may_write(own).answer == Answer.GRANTED
    assert "licence ended" in signed_in(make_user()).get(gone.get_absolute_url()).content.decode()


def test_the_page_of_a_list_says_what_it_cost_and_brought(today):
    fields = {"cost": Decimal(500), "names_delivered": 200, "received_on": dt.date(2026, 3, 1), "vendor": "Adresshaus"}
    ann, bob, eve = (on_list(name, ConsentLevel.OPT_IN, **fields) for name in ("Ann", "Bob", "Eve"))
    make_order(ann, lines=({"quantity": 1, "amount": Decimal(90)},))
    make_order(ann, lines=({"quantity": -1, "amount": Decimal(-15)},))
    make_order(bob, lines=({"quantity": 1, "amount": Decimal(25)},))
    make_order(eve, ordered_on=dt.date(2026, 2, 1), ordered_at=dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC))
    acquired = AcquiredList.objects.get()
    assert acquired.cost_per_name == Decimal("2.5")
    client = signed_in(make_user(Role.MANAGER))
    page = " ".join(client.get(acquired.get_absolute_url()).content.decode().split())
    for words in ("€ 2.50 each", ">3</span>", ">2</span>", "€ 250.00 each", "€ 100"):
        assert words in page, words
    row = client.get("/contacts/lists/export/").getvalue().decode().splitlines()[1]
    assert row.startswith(f"{DIRECTORY},") and "2.5" in row
    listed = client.get("/contacts/", {"acquired_list": acquired.pk}).context["listing"].page.records
    assert [record.name for record in listed] == ["Ann", "Bob", "Eve"]


def test_an_import_puts_its_names_on_the_list(today, tmp_path):
    rows = "external_id,email,list_kind\na,a@example.org,response\nb,b@example.org,response\n"
    path = written(tmp_path, rows)
    result = brought_in("contacts", path, constants={"acquired_list": FAIR})
    assert (counts(result), result.counts.related) == ((2, 0, 0, 0), {"acquired lists": 1})
    assert counts(brought_in("contacts", path, constants={"acquired_list": FAIR.upper()})) == (0, 0, 2, 0)
    acquired = AcquiredList.objects.get()
    assert (acquired.kind, acquired.contacts.count()) == ("response", 2)
    assert counts(brought_in("contacts", path, constants={"acquired_list": DIRECTORY})) == (0, 2, 0, 0)
    assert AcquiredList.objects.get(name=DIRECTORY).kind == "response"


def test_who_may_not_write_lists_down_names_known_ones(today, tmp_path):
    rep = make_user(Role.REP)
    AcquiredList.objects.create(name=FAIR)
    rows = f"external_id,acquired_list\na,{FAIR}\nb,Unknown\n"
    result = brought_in("contacts", written(tmp_path, rows), actor=rep)
    assert counts(result) == (1, 0, 0, 1)
    assert "there is no list of this name" in result.examples[0]


def test_lists_are_chosen_on_the_form_and_by_the_api(today):
    one, other = AcquiredList.objects.create(name=FAIR), AcquiredList.objects.create(name=DIRECTORY)
    client = signed_in(make_user(Role.MANAGER))
    client.post("/contacts/new/", {"kind": "person", "name": "Grace", "acquired_lists": [one.pk, other.pk]})
    grace = Contact.objects.get()
    assert set(grace.acquired_lists.all()) == {one, other}
    api = Caller(make_token(make_user(Role.MANAGER)))
    changed = api.patch(f"/contacts/{grace.pk}", {"acquired_list_ids": [other.pk], "version": grace.version})
    assert (changed.status_code, changed.json()["acquired_list_ids"]) == (200, [other.pk])


def test_of_a_long_list_a_page_says_about_how_many_may_be_mailed(today, monkeypatch):
    """A third of 600 agreed; 200 or so are asked. The file has the exact number."""
    acquired = AcquiredList.objects.create(name=FAIR, kind="response")
    people = Contact.objects.bulk_create(
        [Contact(name=f"Visitor {number}", sort_name=f"Visitor {number}") for number in range(600)]
    )
    ListedContact.objects.bulk_create([ListedContact(acquired_list=acquired, contact=one) for one in people])
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(contact=one, kind="email", value=f"v{one.pk}@example.org", normalised=f"v{one.pk}@example.org")
            for one in people
        ]
    )
    now = timezone.now()
    Consent.objects.bulk_create(
        [
            Consent(
                contact=one, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN, recorded_at=now,
            )
            for one in people[::3]
        ]
    )  # fmt: skip
    monkeypatch.setattr("contacts.permission.counting.MOST_ASKED", 599)
    monkeypatch.setattr("contacts.permission.counting.LOTS", 200)
    client = signed_in(make_user(Role.MANAGER))
    for page in ("/contacts/lists/", acquired.get_absolute_url()):
        said = re.search(r"about (\d+)", client.get(page).content.decode())
        assert said and 130 <= int(said[1]) <= 270, "three standard errors of 200 drawn by lot"
    file = client.get("/contacts/lists/export/", {"columns": "name,names_permitted"}).getvalue().decode()
    assert file.splitlines()[1] == f"{FAIR},200"
