"""What can be arranged of leads: their form, and the right side of their page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import quote

from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from contacts.choices import ListKind
from crm.catalogue import panels_of
from crm.languages.words import in_words, translated
from crm.layouts.facts import TEMPLATE, Drawn, Fact, blocks_of, draw_groups, record_link
from crm.layouts.forms import form_place
from crm.layouts.places import Block, LayoutPlace
from crm.markup import address_shown
from crm.requests import SignedInRequest
from crm.templatetags.figures import day_and_time, in_sentence, relative_time
from crm.templatetags.pieces import icon, person
from leads.allocation.queries import still_holds
from leads.forms import LeadForm
from leads.models import Lead

LABEL = "leads.lead"
BELOW_THE_FACTS = 50
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def _quiet(words: str) -> SafeString:
    return format_html('<span class="ink-3">{}</span>', words)


def _owner(lead: Lead) -> Drawn:
    """Who has it and, where a rule gave it to them and nobody else had it since, why."""
    who = person(lead.owner.name) if lead.owner else gettext("nobody yet")
    given = lead.assignments.filter(owner=lead.owner).first() if lead.owner else None
    why = format_html('<div class="ink-3">{}</div>', given.why) if given and still_holds(lead, given) else ""
    return format_html("{}{}{}", who, _quiet(f" · {lead.team}") if lead.team else "", why)


def _reach(lead: Lead) -> SafeString:
    line = '<span class="fact-line">{} <a href="{}{}">{}</a></span>'
    ways = (
        (
            icon("envelope", "", gettext("E-mail")),
            "mailto:",
            quote(lead.email or "", "@"),
            address_shown(lead.email or ""),
        ),
        (icon("telephone", "", gettext("Phone")), "tel:", quote(lead.phone or "", "+"), lead.phone),
    )
    return format_html_join("", line, (way for way in ways if way[3]))


def _message(lead: Lead) -> Drawn:
    return format_html('<div class="quoted">{}</div>', lead.message) if lead.message else ""


def _place(lead: Lead) -> Drawn:
    town = f"{lead.postal_code or ''} {lead.city or ''}".strip()
    lines = [line for line in (town, lead.country_name if lead.country else "") if line]
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


def _listed(**asked: str) -> str:
    return f"{reverse('leads:lead_list')}?{urlencode(asked)}"


def _source(lead: Lead) -> Drawn:
    kind = dict(ListKind.choices).get(lead.list_kind or "", "")
    if not lead.source:
        return kind
    note = _quiet(f" · {in_sentence(kind)}") if kind else ""
    return format_html('<a href="{}">{}</a>{}', _listed(source=lead.source), lead.source, note)


def _utm(lead: Lead) -> str:
    return " / ".join(filter(None, (getattr(lead, name) for name in UTM)))


def _status(lead: Lead) -> str:
    return in_words(
        "%(status)s since %(day)s", status=in_sentence(lead.get_status_display()), day=day_and_time(lead.status_at)
    )


def _last_touch(lead: Lead) -> str:
    return relative_time(lead.last_touch_at) if lead.last_touch_at else gettext("none yet")


def _respond_by(lead: Lead) -> str:
    return day_and_time(lead.respond_by) if lead.respond_by and not lead.first_touch_at else ""


def _tags(lead: Lead) -> SafeString:
    return format_html_join(
        " ", '<a class="tag" href="{}">{}</a>', ((_listed(tags=tag), tag) for tag in lead.tags or [])
    )


def _text(label: str, name: str) -> Fact:
    draw: Callable[[Any], Drawn] = lambda lead: getattr(lead, name) or ""  # noqa: E731
    return Fact(label, draw, (name,))


FACTS: dict[str, Fact] = {
    "owner": Fact(_("Owner"), _owner, ("owner", "team"), shows=("owner",)),
    "contact": Fact(_("Known as"), lambda lead: record_link(lead.contact) if lead.contact_id else ""),
    "reach": Fact(_("Reach them"), _reach, ("email", "phone")),
    "organization": _text(_("Organization"), "organization"),
    "product": Fact(_("Interest"), lambda lead: record_link(lead.product), ("product",)),
    "message": Fact(_("Wrote"), _message, ("message",)),
    "place": Fact(_("Place"), _place, ("postal_code", "city", "country")),
    "territory": Fact(_("Territory"), lambda lead: str(lead.territory or "")),
    "language": _text(_("Language"), "language"),
    "industry": _text(_("Industry"), "industry"),
    "market": Fact(_("Market"), lambda lead: translated(lead.get_market_display()) or "", ("market",)),
    "source": Fact(_("Source"), _source, ("source", "list_kind")),
    "list_name": _text(_("List"), "list_name"),
    "campaign": _text(_("Campaign"), "campaign"),
    "utm": Fact(_("UTM"), _utm, UTM),
    "created_at": Fact(_("Came in"), lambda lead: day_and_time(lead.created_at)),
    "status": Fact(_("In status"), _status),
    "last_touch_at": Fact(_("Last touch"), _last_touch),
    "respond_by": Fact(_("Respond by"), _respond_by),
    "external_id": _text(_("External id"), "external_id"),
    "tags": Fact(_("Tags"), _tags, ("tags",)),
}


def side_blocks() -> tuple[Block, ...]:
    """The facts, the custom fields, and the parts: above them what says what to do next."""
    panels = panels_of(LABEL, "side")
    first = (Block(panel.label, panel=panel.name) for panel in panels if panel.order < BELOW_THE_FACTS)
    rest = (Block(panel.label, panel=panel.name) for panel in panels if panel.order >= BELOW_THE_FACTS)
    return (*first, *blocks_of(FACTS, LABEL, rest))


def draw_facts(request: HttpRequest, record: models.Model, blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Each group with the facts of the lead."""
    user = cast(SignedInRequest, request).user
    return draw_groups(user, record, blocks, FACTS, reverse("leads:lead_fact", args=[record.pk]))


FORM = form_place(LeadForm, LABEL, "Form of leads")
SIDE = LayoutPlace(LABEL, "side", "Right side of a lead’s page", side_blocks, draw_facts, TEMPLATE)
LAYOUTS = (FORM, SIDE)
