"""Nothing of what a person may not see is anywhere: every text of it is marked, and every page, file, list of options
and answer of the API is read as each role."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Contact
from crm.choices import FieldRight, Role, Scope
from crm.field_rights import guarded_fields
from crm.models import AccessRule, FieldRule, User
from tests import factories as make
from tests.access.crawling import crawl, text_of
from tests.access.planting import MARK, limited_roles, plant_contact, plant_work, planted
from tests.access.table import ADDRESSES
from tests.drills.tally import IS_LONG
from tests.past.duplicate_actions import make_pair

pytestmark = pytest.mark.django_db
FOUND = re.compile(r"canary-[\w.@-]*", re.IGNORECASE)
API = "/api/v1"
AREAS = (
    "contacts", "organizations", "products", "orders", "subscriptions", "invoices", "registrations", "deals",
    "quotes", "tickets", "surveys/responses", "scores", "jobs",
)  # fmt: skip


def some_of(*roles: str) -> pytest.MarkDecorator:
    """Crawls take a minute a role: these in the suite, all in `make drills`."""
    return pytest.mark.parametrize("person", limited_roles() if IS_LONG else roles, indirect=True)


@pytest.fixture(params=limited_roles())
def person(request) -> User:
    """Somebody of each role who reaches own contacts only."""
    make.make_company()
    for model in ("contacts.contact", "pipeline.quote", "service.ticket"):
        for verb in ("view", "change", "export", "import", "delete", "add"):
            AccessRule.objects.create(role=request.param, model=model, verb=verb, scope=Scope.OWN)
    return make.make_user(request.param, name="Own Person", team=make.make_team())


@pytest.fixture
def stranger(person: User) -> User:
    return make.make_user(Role.REP, name="Somebody Else", team=person.team)


def leaks(texts: dict[str, str]) -> list[str]:
    return [f"{path}: {found[0]}" for path, text in texts.items() if (found := FOUND.search(text))]


def read_api(person: User) -> dict[str, str]:
    """Every list of the API, each record in it, and its parts."""
    headers = {"Authorization": f"Bearer {make.make_token(person)}"}
    client, texts = Client(headers=headers), {}
    for area in AREAS:
        answer = client.get(f"{API}/{area}")
        texts[area] = text_of(answer)
        texts[f"{area}?q"] = text_of(client.get(f"{API}/{area}?q=canary"))
        rows = answer.json().get("items", answer.json().get("results", [])) if answer.status_code == 200 else []
        for row in rows[:5]:
            key = row.get("id", row.get("contact_id"))
            for part in ("", "/interactions", "/points", "/timeline", "/messages"):
                texts[f"{area}/{key}{part}"] = text_of(client.get(f"{API}/{area}/{key}{part}"))
    return texts


@some_of(Role.MANAGER, Role.REP)
def test_what_a_person_may_not_see_is_on_no_page_and_in_no_answer(person: User, stranger: User) -> None:
    foreign = plant_contact(stranger)
    firm = plant_contact(stranger, kind="organization")
    plant_contact(None)
    own = make.make_contact(name="Own Contact", owner=person, team=person.team, organization=firm)
    own_firm = make.make_contact(name="Own Firm", owner=person, team=person.team, kind="organization", parent=firm)
    order = make.make_order(own, partner=foreign, lines=({"quantity": 1, "amount": 5},))
    if person.role != Role.MANAGER:  # managers see all jobs and imports
        plant_work(stranger)
    quote = make.make_quote(own, recipient=foreign, owner=person, team=person.team)
    ticket = make.make_ticket(own, organization=firm, owner=person, team=person.team)
    records = {"contact": [own.pk, own_firm.pk], "order": [order.pk], "quote": [quote.pk], "ticket": [ticket.pk]}
    records |= {"response": [make.make_response(own, comment="Own words").pk]}
    pages = list(crawl(make.signed_in(person), records))
    assert not [f"{status} {path}" for path, status, _ in pages if status >= 500]
    texts = {path: text for path, _, text in pages}
    assert len(texts) > 40
    assert any("an organization you cannot see" in text for text in texts.values())
    assert any("Own Contact" in text for path, text in texts.items() if path.startswith("/contacts/export/"))
    assert not leaks(texts)
    answers = read_api(person)
    assert "Own Contact" in answers["contacts"]
    assert not leaks(answers)


def test_what_is_named_by_its_number_is_not_known(person: User, stranger: User) -> None:
    foreign = plant_contact(stranger)
    order, client = foreign.orders.get(), make.signed_in(person)
    kinds = {
        "contact": [foreign.pk], "order": [order.pk], "quote": [foreign.quotes.get().pk],
        "ticket": [foreign.tickets.get().pk], "response": [foreign.responses.get().pk],
    }  # fmt: skip
    texts = {}
    for name, address in ADDRESSES.items():
        for pk in kinds.get(address.kind, []) if address.has_record and not name.startswith("api:") else ():
            for method in ("get", "post"):
                response = getattr(client, method)(reverse(name, args=[pk]))
                texts[f"{method} {name}"] = text_of(response)
                assert response.status_code in (404, 405), f"{method} {name}"
    asked = (
        f"/contacts/new/?organization={foreign.pk}", f"/orders/new/?contact={foreign.pk}",
        f"/orders/?contact={foreign.pk}", f"/contacts/?organization={MARK[:6]}",
    )  # fmt: skip
    texts |= {path: text_of(client.get(path)) for path in asked}
    assert not leaks(texts)


@some_of(Role.AGENT)
def test_a_hidden_field_is_on_no_page_and_in_no_answer(person: User) -> None:
    own = plant_contact(person)
    firm = plant_contact(person, kind="organization")
    Contact.objects.filter(pk=own.pk).update(organization=firm)
    pair = make_pair(own, plant_contact(person))
    order = own.orders.get()
    shown = {
        "contact": {"name", "kind"},
        "interaction": {"subject", "body", "outcome"},
        "order": {"number"},
        "invoice": {"number"},
        "productregistration": {"serial"},
        "quote": {"number", "title", "intro", "terms"},
        "quoteline": {"text"},
        "address": {"label"},
        "ticket": {"subject"},
        "message": {"text"},
    }
    for field in guarded_fields("contacts.contact"):
        FieldRule.objects.create(role=person.role, model=field.model, field=field.field, right=FieldRight.HIDDEN)
    for label in (
        "orders.order",
        "orders.subscription",
        "orders.invoice",
        "orders.productregistration",
        "pipeline.quote",
        "service.ticket",
        "feedback.response",
        "feedback.answer",
    ):
        for field in guarded_fields(label):
            FieldRule.objects.create(role=person.role, model=label, field=field.field, right=FieldRight.HIDDEN)
    named = "|".join(f"{model}.(?:{'|'.join(names)})" for model, names in shown.items())
    allowed = re.compile(rf"canary-(?:{named}|subscription.plan|custom|orderline.external_id)", re.IGNORECASE)
    records = {
        "contact": [own.pk, firm.pk],
        "order": [order.pk],
        "quote": [own.quotes.get().pk],
        "ticket": [own.tickets.get().pk],
        "response": [own.responses.get().pk],
        "pair": [pair.pk],
    }
    columns = [f"/duplicates/{what}?columns=first,second,first_external_id,owner" for what in ("", "export/")]
    pages = list(crawl(make.signed_in(person), records, *columns))
    assert not [f"{status} {path}" for path, status, _ in pages if status >= 500]
    texts = {path: allowed.sub("", text) for path, _, text in pages} | {
        path: allowed.sub("", text) for path, text in read_api(person).items()
    }
    assert not leaks(texts)


@some_of(Role.REP)
def test_the_crawl_finds_what_is_there_to_be_found(person: User) -> None:
    """The other side of the coin: an own contact's marks are met, on pages, in files and in the API."""
    own = plant_contact(person)
    met = set()
    for path, _, text in crawl(make.signed_in(person), {"contact": [own.pk], "order": [own.orders.get().pk]}):
        met |= {(path.split("?")[0].strip("/").split("/")[0], word.lower()) for word in FOUND.findall(text)}
    words = {word.partition("-")[2].rpartition("-")[0] for _, word in met}
    wanted = {
        "contact.name", "contact.industry", "contact.source", "contact.external_id", "contact.website",
        "contactpoint.value", "address.city", "address.street", "interaction.subject", "interaction.body",
        "order.number", "order.channel", "subscription.plan", "contact.tags",
    }  # fmt: skip
    assert wanted <= words, wanted - words
    assert leaks(read_api(person))


def test_planting_marks_every_free_text(db) -> None:
    contact = planted(make.make_contact())
    assert all(MARK in getattr(contact, name) for name in ("name", "industry", "source", "website", "external_id"))


def test_a_list_names_no_unseen_organization(person, stranger):
    hidden = make.make_contact(name=f"{MARK}group", kind="organization", owner=stranger)
    seen = make.make_contact(name="Frames Ltd", kind="organization", owner=person)
    for place in (hidden, seen):
        make.make_contact(owner=person, organization=place)
    page = make.signed_in(person).get(f"{reverse('contacts:contact_list')}?columns=name,organization").content.decode()
    assert "Frames Ltd" in page
    assert not FOUND.search(page)
