"""What can be arranged of contacts: their form, and the right side of their page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_noop as _

from contacts.fact_lines import FACTS, is_due, other_addresses
from contacts.forms import ORGANIZATION_ONLY, PERSON_ONLY, ContactForm
from contacts.markets.queries import categories_of, lacking
from contacts.models import Contact
from crm.access import can
from crm.catalogue import panels_of
from crm.choices import Verb
from crm.customfields.definitions import definitions_of
from crm.customfields.showing import fact_lines
from crm.field_rights import hidden_fields, read_only_fields
from crm.layouts.facts import custom_line, pencil
from crm.layouts.forms import form_place
from crm.layouts.places import Block, Item, LayoutPlace
from crm.models import User
from crm.paths import path_of
from crm.requests import SignedInRequest

LABEL = "contacts.contact"
NEEDED = ("kind", "name")
MAIN_GROUP = _("Facts")


def side_blocks(without: Collection[str] = ()) -> tuple[Block, ...]:
    """The facts, the custom fields, and what other apps put beside them."""
    facts = tuple(Item(name, label) for name, (label, _) in FACTS.items() if name not in without)
    own = tuple(Item(one.name, one.label) for one in definitions_of(LABEL))
    panels = [Block(panel.label, panel=panel.name) for panel in panels_of(LABEL, "side")]
    return (Block(MAIN_GROUP, facts), *([Block(_("Further facts"), own)] if own else []), *panels)


def draw_facts(request: HttpRequest, record: models.Model, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Each group with the facts that the contact has; the first one offers those that it has not."""
    contact, user = cast(Contact, record), cast(SignedInRequest, request).user
    hidden = hidden_fields(user, Contact)
    contact.__dict__["hides_lists"] = "source" in hidden
    own = {line.name: custom_line(line) for line in fact_lines(user, record)}
    editable, url = _editable(user, contact), path_of("contacts:fact_edit", contact.pk)
    drawn: list[dict[str, Any]] = [
        {"title": block.title, "lines": [], "contact": contact, "fact_url": url} for block in blocks
    ]
    missing: list[tuple[str, str]] = []
    for data, block in zip(drawn, blocks, strict=True):
        for item in block.items:
            shown = own.get(item.name) or (FACTS[item.name][1](contact) if item.name in FACTS else "")
            may_edit = item.name in editable
            if shown:
                link = pencil(url, item.name, item.label) if may_edit else ""
                data["lines"].append((item.label, shown, link, item.name))
            elif may_edit:
                missing.append((item.name, item.label))
            if item.name == "address":
                data["lines"] += [(label, other, "", "") for label, other in other_addresses(contact)]
    if drawn:
        lacks = lacking(contact, categories_of(contact), hidden)
        may_review = is_due(contact) and "review" in editable
        drawn[0] |= {"missing": missing, "is_first": True, "lacking": lacks, "may_review": may_review}
    return [one if one["lines"] or one.get("is_first") else {} for one in drawn]


def _editable(user: User, contact: Contact) -> set[str]:
    """Facts that this person may write of this contact."""
    if not can(user, Verb.CHANGE, contact):
        return set()
    names = {*FACTS, *(one.name for one in definitions_of(LABEL))} - read_only_fields(user, Contact)
    return names - {"responsible"} - {*(PERSON_ONLY if contact.is_organization else ORGANIZATION_ONLY)}


FORM = form_place(ContactForm, LABEL, "Form of contacts", needed=NEEDED)
SIDE = LayoutPlace(LABEL, "side", "Right side of a contact’s page", side_blocks, draw_facts, "contacts/_facts.html")
ORGANIZATION_FORM = form_place(
    ContactForm,
    LABEL,
    "Form of organizations",
    part="organization_form",
    needed=("name",),
    without=("kind", *PERSON_ONLY),
    like=FORM.name,
)
ORGANIZATION_SIDE = replace(
    SIDE,
    part="organization_side",
    label="Right side of an organization’s page",
    shipped=partial(side_blocks, PERSON_ONLY),
    like=SIDE.name,
)
LAYOUTS = (FORM, SIDE, ORGANIZATION_FORM, ORGANIZATION_SIDE)
