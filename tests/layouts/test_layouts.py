"""Layouts of the form and the right side of contacts: for whom, what a new or a removed field does, and no right."""

import re

import pytest
from django.urls import reverse

from contacts.models import Contact
from crm.choices import Role
from crm.layouts.places import places
from crm.layouts.reading import inherited
from crm.models import CustomField, Layout, LogEntry
from tests import factories as make
from tests.concurrency.forms import form_in

pytestmark = pytest.mark.django_db
FORM, SIDE = "contacts.contact:form", "contacts.contact:side"


@pytest.fixture
def house(db):
    make.make_company()
    return make.make_user(Role.ADMIN, name="Mia"), make.make_user(Role.MANAGER, name="Otto")


def page(place: str, role: str = "") -> str:
    return f"{reverse('crm:layout')}?place={place}&role={role}"


def parts(blocks: dict[str, list[str]], hidden: tuple[str, ...] = ()) -> dict[str, object]:
    """What the page sends for these groups of fields (`panel:NAME`: a part as a whole), and what is left out."""
    said, titles = [], {}
    for number, (title, items) in enumerate(blocks.items()):
        if title.startswith("panel:"):
            said.append(title)
            continue
        said += [f"group:{number}", *(f"item:{name}" for name in items)]
        titles[f"title-{number}"] = title
    return {"part": [*said, "hidden", *(one if ":" in one else f"item:{one}" for one in hidden)], **titles}


def arrange(admin, place: str, role: str, sent: dict[str, object]):
    client = make.signed_in(admin)
    opened = form_in(client.get(page(place, role)).content.decode(), "opened").fields["opened"]
    return client.post(page(place, role), {**sent, "opened": opened})


def form_of(user, contact: Contact):
    return make.signed_in(user).get(reverse("contacts:contact_update", args=[contact.pk])).context["form"]


def names_shown(form) -> dict[str, list[list[str]]]:
    return {one["title"]: [[bound.name for bound in row] for row in one["rows"]] for one in form.sections()}


def side_of(user, contact: Contact) -> list[tuple[str, list[str]]]:
    panels = make.signed_in(user).get(contact.get_absolute_url()).context["panels"]
    return [
        (one["label"], [line[0] for line in one["data"].get("lines", [])] if one["name"] == "facts" else [])
        for one in panels
    ]


def test_a_form_stands_as_it_is_arranged_for_the_role_and_for_nobody_else(house):
    admin, manager = house
    rep = make.make_user(Role.REP, name="Rosa")
    contact = make.make_contact(name="Ada", owner=rep)
    before = names_shown(form_of(rep, contact))
    sent = parts({"Who": ["kind", "name", "tags:wide"], "Work": ["organization"]}, hidden=("website", "birthday"))
    assert arrange(admin, FORM, "manager", sent).status_code == 302
    shown = names_shown(form_of(manager, contact))
    assert list(shown)[:2] == ["Who", "Work"]
    assert shown["Who"] == [["name"], ["tags"]], "the kind of a contact that there is stands fast"
    flat = [name for rows in shown.values() for row in rows for name in row]
    assert "website" not in flat
    assert "emails" in flat, "what the layout does not name stands behind it"
    assert names_shown(form_of(rep, contact)) == before


def test_everybodys_layout_counts_until_a_role_has_its_own_and_again_when_that_is_taken_back(house):
    admin, manager = house
    contact = make.make_contact(name="Ada")
    arrange(admin, FORM, "", parts({"Everybody": ["name"]}))
    assert next(iter(names_shown(form_of(manager, contact)))) == "Everybody"
    arrange(admin, FORM, "manager", parts({"Managers": ["name"]}))
    assert next(iter(names_shown(form_of(manager, contact)))) == "Managers"
    make.signed_in(admin).post(f"{reverse('crm:layout_reset')}?place={FORM}&role=manager")
    assert next(iter(names_shown(form_of(manager, contact)))) == "Everybody"
    said = LogEntry.objects.filter(verb="reset layout").get()
    assert said.summary == "Took back “Form of contacts” for managers"


def test_what_is_left_out_keeps_its_value_and_no_right_is_taken(house):
    admin, manager = house
    contact = make.make_contact(name="Ada", website="ada.example", emails=("a@x.example",))
    arrange(admin, FORM, "", parts({"": ["name"]}, hidden=("website", "emails", "phones")))
    client, url = make.signed_in(manager), reverse("contacts:contact_update", args=[contact.pk])
    fields = form_in(client.get(url).content.decode(), "opened").fields
    assert "website" not in fields
    assert client.post(url, {**fields, "name": "Ada Lovelace", "website": "else.example"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.name, contact.website) == ("Ada Lovelace", "ada.example")
    assert [point.value for point in contact.points.all()] == ["a@x.example"]
    fact = f"{reverse('contacts:fact_edit', args=[contact.pk])}?fact=website"
    assert client.get(fact).status_code == 200, "the fact can still be changed where it is shown"


def test_a_needed_field_cannot_be_left_out_not_even_when_it_becomes_so_later(house):
    admin, manager = house
    size = CustomField.objects.create(key="size", label="Size", type="text")
    refused = arrange(admin, FORM, "", parts({"": ["kind"]}, hidden=("name",)))
    assert refused.status_code == 422
    assert "Name cannot be left out" in refused.content.decode()
    arrange(admin, FORM, "", parts({"": ["kind", "name"]}, hidden=("custom_size",)))
    contact = make.make_contact(name="Ada")
    assert "custom_size" not in str(names_shown(form_of(manager, contact)))
    CustomField.objects.filter(pk=size.pk).update(is_required=True)
    assert "custom_size" in str(names_shown(form_of(manager, contact)))


def test_custom_fields_stand_anywhere_a_new_one_at_the_end_and_a_removed_one_breaks_nothing(house):
    admin, manager = house
    size = CustomField.objects.create(key="size", label="Size", type="text")
    contact = make.make_contact(name="Ada", industry="Wood", custom={"size": "XL", "hall": "B"})
    arrange(admin, FORM, "", parts({"First": ["custom_size", "name"]}))
    arrange(admin, SIDE, "", parts({"Mine": ["custom_size", "industry"], "panel:may_write": []}, hidden=("source",)))
    assert names_shown(form_of(manager, contact))["First"] == [["custom_size", "name"]]
    assert side_of(manager, contact)[0] == ("Mine", ["Size", "Industry"])
    CustomField.objects.create(key="hall", label="Hall", type="text")
    assert names_shown(form_of(manager, contact))["Custom fields"] == [["custom_hall"]]
    assert ("Further facts", ["Hall"]) in side_of(manager, contact)
    make.signed_in(admin).post(reverse("crm:customfield_delete", args=[size.pk]))
    assert names_shown(form_of(manager, contact))["First"] == [["name"]]
    assert side_of(manager, contact)[0] == ("Mine", ["Industry"])
    assert make.signed_in(admin).get(page(FORM)).status_code == 200


def test_the_side_shows_groups_and_parts_in_their_order(house):
    admin, manager = house
    contact = make.make_contact(name="Ada", industry="Wood", source="fair")
    shipped = [block.panel for block in inherited(places()[SIDE], "").blocks if block.panel]
    assert "may_write" in shipped
    assert side_of(manager, contact)[0][0] == "Facts"
    arrange(admin, SIDE, "", parts({"panel:may_write": [], "Ours": ["industry"]}, hidden=("source",)))
    shown = side_of(manager, contact)
    assert shown[1] == ("Ours", ["Industry"])
    assert "Source" not in str(shown)
    assert Layout.objects.get().hidden == ["source"]


def test_a_part_of_the_side_can_be_left_out(house):
    admin, manager = house
    contact = make.make_contact(name="Ada")
    before = [label for label, _ in side_of(manager, contact)]
    label = next(block.title for block in places()[SIDE].shipped() if block.panel == "may_write")
    assert label in before
    arrange(admin, SIDE, "", parts({"Facts": ["owner"]}, hidden=("panel:may_write",)))
    assert [one for one, _ in side_of(manager, contact)] == [one for one in before if one != label]


@pytest.mark.parametrize(
    "sent",
    [
        {"part": ["item:name"]},
        {"part": ["group:0", "item:name"], "title-0": "x" * 61},
        {"part": [f"group:{n}" for n in range(70)]},
        {"part": ["group:0", "item:password", "panel:no", "", ":", "item", "hidden:", "item:name:wide:wide"]},
    ],
)
def test_whatever_is_sent_the_form_is_not_broken(house, sent):
    admin, manager = house
    assert arrange(admin, FORM, "", sent).status_code in (302, 422)
    shown = [
        name for rows in names_shown(form_of(manager, make.make_contact())).values() for row in rows for name in row
    ]
    assert {"name", "owner", "emails"} <= {*shown}
    assert len(shown) == len({*shown})


def test_an_unknown_place_or_role_is_404(house):
    client = make.signed_in(house[0])
    for query in ("place=contacts.contact:back", "role=king", "place=x&role="):
        assert client.get(f"{reverse('crm:layout')}?{query}").status_code == 404


def test_the_page_sends_back_what_it_shows(house):
    """Saved as it came, a layout changes nothing."""
    admin, manager = house
    contact = make.make_contact(name="Ada", industry="Wood")
    CustomField.objects.create(key="size", label="Size", type="text")
    for place in (FORM, SIDE):
        client = make.signed_in(admin)
        before = names_shown(form_of(manager, contact)), side_of(manager, contact)
        html = client.get(page(place)).content.decode()
        sent = form_in(re.sub(r"<template.*?</template>", "", html, flags=re.DOTALL), "opened").fields
        assert client.post(page(place), sent).status_code == 302
        assert (names_shown(form_of(manager, contact)), side_of(manager, contact)) == before


def test_organizations_have_a_layout_of_their_own_and_until_then_that_of_contacts(house):
    admin, manager = house
    works, ada = make.make_contact(name="Works", kind="organization", employees=5), make.make_contact(name="Ada")
    own_form, own_side = "contacts.contact:organization_form", "contacts.contact:organization_side"
    arrange(admin, FORM, "", parts({"All": ["name", "tags"]}))
    assert next(iter(names_shown(form_of(manager, works)))) == "All"
    arrange(admin, own_form, "manager", parts({"Firms": ["name", "employees"]}))
    arrange(admin, own_side, "", parts({"Size": ["employees"]}))
    assert names_shown(form_of(manager, works))["Firms"] == [["name", "employees"]]
    assert next(iter(names_shown(form_of(manager, ada)))) == "All"
    assert next(iter(names_shown(form_of(admin, works)))) == "All"
    assert side_of(manager, works)[0] == ("Size", ["Employees"])
    assert side_of(manager, ada)[0][0] == "Facts"
    flat = [item.name for block in places()[own_form].shipped() for item in block.items]
    assert not {"kind", "first_name", "birthday"} & set(flat)


def test_orders_and_deals_are_arranged_too(house):
    admin, manager = house
    order, deal = make.make_order(make.make_contact(name="Ada")), make.make_deal()
    client = make.signed_in(manager)
    refused = arrange(admin, "orders.order:form", "", parts({"": ["contact"]}, hidden=("ordered_at",)))
    assert refused.status_code == 422
    arrange(admin, "orders.order:form", "", parts({"Who": ["channel", "contact"]}, hidden=("partner",)))
    arrange(admin, "orders.order:side", "", parts({"Money": ["amount"], "Rest": ["customer"]}, hidden=("counts_as",)))
    arrange(admin, "pipeline.deal:form", "", parts({"Next": ["next_step", "title"]}, hidden=("source",)))
    form = client.get(reverse("orders:order_update", args=[order.pk])).context["form"]
    assert next(iter(names_shown(form).items())) == ("Who", [["channel", "contact"]])
    assert "partner" not in str(names_shown(form))
    panels = client.get(order.get_absolute_url()).context["panels"]
    assert [one["label"] for one in panels[:2]] == ["Money", "Rest"]
    assert "Counts as" not in str(panels)
    form = client.get(reverse("pipeline:deal_update", args=[deal.pk])).context["form"]
    assert names_shown(form)["Next"] == [["next_step", "title"]]
    assert "source" not in str(names_shown(form))


def test_the_side_of_a_deal_is_arranged_by_group_and_part_and_edited_where_it_stands(house):
    admin, manager = house
    deal, client = make.make_deal(title="Racks", source="fair"), make.signed_in(manager)
    CustomField.objects.create(key="size", label="Size", type="text", model="pipeline.deal")
    shipped = client.get(deal.get_absolute_url()).context["panels"]
    assert [one["name"] for one in shipped] == ["facts", "parts"]
    assert dict(shipped[0]["data"]["missing"])["custom_size"] == "Size"
    sent = parts({"panel:parts": [], "Ours": ["source", "custom_size"]}, hidden=("next_step",))
    arrange(admin, "pipeline.deal:side", "manager", sent)
    fact = f"{reverse('pipeline:deal_fact', args=[deal.pk])}?fact=custom_size"
    fields = form_in(client.get(fact).content.decode(), "opened").fields
    assert client.post(fact, {**fields, "custom_size": "XL"}).status_code == 302
    panels = client.get(deal.get_absolute_url()).context["panels"]
    assert [one["label"] for one in panels[:2]] == ["In this deal", "Ours"]
    assert [line[:2] for line in panels[1]["data"]["lines"][:2]] == [("Source", "fair"), ("Size", "XL")]
    assert "Next step" not in str(panels)
    assert "Racks" in make.signed_in(admin).get(deal.get_absolute_url()).content.decode()


def test_leads_are_arranged_and_what_the_form_leaves_out_is_edited_on_the_page(house):
    admin, manager = house
    lead, client = make.make_lead(name="Ada", email="ada@x.example", phone="", industry="Wood"), make.signed_in(manager)
    arrange(admin, "leads.lead:form", "", parts({"Who": ["organization", "email"]}, hidden=("industry", "first_name")))
    arrange(admin, "leads.lead:side", "", parts({"Work": ["industry", "reach"]}, hidden=("last_touch_at",)))
    form = client.get(reverse("leads:lead_update", args=[lead.pk])).context["form"]
    assert names_shown(form)["Who"] == [["organization", "email"]]
    assert "industry" not in str(names_shown(form))
    page = client.get(lead.get_absolute_url())
    groups = {one["label"]: one["data"] for one in page.context["panels"] if one["name"] == "facts"}
    assert [line[0] for line in groups["Work"]["lines"]] == ["Industry", "Reach them"]
    assert "Last touch" not in page.content.decode()
    fact = f"{reverse('leads:lead_fact', args=[lead.pk])}?fact="
    fields = form_in(client.get(f"{fact}industry").content.decode(), "opened").fields
    assert "email" not in fields
    assert client.post(f"{fact}industry", {**fields, "industry": "Steel"}).status_code == 302
    reach = form_in(client.get(f"{fact}reach").content.decode(), "opened").fields
    assert client.post(f"{fact}reach", {**reach, "email": "", "phone": "+49 30 123456"}).status_code == 302
    lead.refresh_from_db()
    assert (lead.name, lead.industry, lead.email, lead.phone) == ("Ada", "Steel", "", "+49 30 123456")


def test_a_new_lead_without_anything_is_refused_at_a_field_that_the_layout_shows(house):
    admin, manager = house
    arrange(admin, "leads.lead:form", "", parts({"": ["organization"]}, hidden=("first_name", "last_name", "email")))
    client, url = make.signed_in(manager), reverse("leads:lead_create")
    answer = client.post(url, form_in(client.get(url).content.decode(), "form_token").fields)
    assert answer.status_code == 422
    assert "Who is it?" in str(answer.context["form"].errors["organization"])
