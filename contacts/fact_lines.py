"""The facts of a contact, each drawn by itself, so that a layout can put them anywhere on the record's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from contacts.acquired.queries import lists_of
from contacts.choices import PointKind
from contacts.markets.queries import categories_of
from contacts.models import Address, Contact, ContactPoint
from contacts.postal import lines_of
from crm.company import company_today, current_company
from crm.languages.words import in_words, translated
from crm.markup import address_shown
from crm.templatetags.figures import full_day, number, whole_money
from crm.templatetags.pieces import icon, person, pill

Drawn = SafeString | str
BREAK = SafeString("<br>")
POINT_ICONS = {PointKind.EMAIL: "envelope", PointKind.PHONE: "telephone", PointKind.HANDLE: "at"}
SCHEMES = {PointKind.EMAIL: ("mailto:", "@"), PointKind.PHONE: ("tel:", "+")}


def main_address(contact: Contact) -> Address | None:
    return next((one for one in contact.addresses.all() if one.is_primary), None)


def other_addresses(contact: Contact) -> list[tuple[str, Drawn]]:
    """Addresses beside the main one, by what they are called."""
    rows = [one for one in contact.addresses.all() if not one.is_primary]
    return [(one.label or gettext("Address"), drawn) for one in rows if (drawn := _address(one))]


def _owner(contact: Contact) -> Drawn:
    who = person(contact.owner.name) if contact.owner else gettext("nobody")
    return format_html('{}<span class="ink-3"> · {}</span>', who, contact.team) if contact.team else who


def _territory(contact: Contact) -> Drawn:
    if not contact.territory:
        return ""
    by_hand = (
        format_html('<span class="ink-3"> · {}</span>', gettext("chosen by hand")) if contact.is_placed_by_hand else ""
    )
    return format_html("{}{}", contact.territory, by_hand)


def _point(point: ContactPoint) -> SafeString:
    kind, label = PointKind(point.kind), translated(point.get_kind_display())
    shown: Drawn = point.value
    if kind in SCHEMES:
        scheme, safe = SCHEMES[kind]
        shown = format_html('<a href="{}{}">{}</a>', scheme, quote(point.normalised, safe), address_shown(point.value))
    title = f"{label} ({point.label})" if point.label else label
    return format_html(
        '<span class="fact-line" title="{}">{} {}</span>', title, icon(POINT_ICONS[kind], "", label), shown
    )


def _address(address: Address | None) -> Drawn:
    if address is None:
        return ""
    return format_html_join(BREAK, "{}", ((line,) for line in lines_of(address, with_region=True)))


def _record(contact: Contact, name: str) -> Drawn:
    other: Any = getattr(contact, name)
    if not other:
        return ""
    if not getattr(contact, f"sees_{name}", True):
        return str(other)
    return format_html('<a href="{}">{}</a>', other.get_absolute_url(), other)


def _money(amount: Any) -> str:
    return "" if amount is None else whole_money(amount, current_company().currency)


def _tag(tag: str) -> SafeString:
    return format_html(
        '<a class="tag" href="{}?{}">{}</a>', reverse("contacts:contact_list"), urlencode({"tags": tag}), tag
    )


def _tags(contact: Contact) -> SafeString:
    return format_html_join(" ", "{}", ((_tag(tag),) for tag in contact.tags))


def _points(contact: Contact) -> SafeString:
    return format_html_join("", "{}", ((_point(one),) for one in contact.points.all()))


def _markets(contact: Contact) -> str:
    return ", ".join(one.label for one in categories_of(contact))


def _potential(contact: Contact) -> Drawn:
    if contact.potential is None:
        return ""
    return format_html('{} <span class="ink-3">{}</span>', _money(contact.potential), gettext("a year"))


def _source(contact: Contact) -> Drawn:
    """The source, and the lists that the contact came with."""
    ended = pill(gettext("licence ended"), "bad")
    found = [] if getattr(contact, "hides_lists", False) else lists_of(contact)
    lines = [(one.get_absolute_url(), one, ended if has_ended else "") for one, has_ended in found]
    shown = format_html_join("", '<span class="fact-line"><a href="{}">{}</a> {}</span>', lines)
    return format_html("{}{}", contact.source or "", shown) if contact.source or lines else ""


def _responsible(contact: Contact) -> Drawn:
    """Who looks after the segment, where that is not the owner."""
    who = contact.responsible
    return person(who.name) if who and who.pk != contact.owner_id else ""


def is_due(contact: Contact) -> bool:
    """Whether the account is to be reviewed by today."""
    return contact.review_on is not None and contact.review_on <= company_today()


def _review(contact: Contact) -> Drawn:
    due = pill(gettext("due"), "warn") if is_due(contact) else ""
    said = [full_day(contact.review_on)] if contact.review_on else []
    said += [in_words("every %(count)s days", count=number(contact.review_days))] if contact.review_days else []
    said += [in_words("last %(day)s", day=full_day(contact.reviewed_on))] if said and contact.reviewed_on else []
    return format_html("{} {}", due, " · ".join(said)) if said else ""


def _day(day: dt.date | None) -> str:
    return full_day(day) if day else ""


# a fact: what it is called, and how it is drawn; empty where the contact has none
FACTS: dict[str, tuple[str, Callable[[Contact], Drawn]]] = {
    "owner": (_("Owner"), _owner),
    "territory": (_("Territory"), _territory),
    "reach": (_("Reach them"), _points),
    "address": (_("Address"), lambda contact: _address(main_address(contact))),
    "website": (_("Website"), lambda contact: contact.website),
    "organization": (_("Works at"), lambda contact: _record(contact, "organization")),
    "parent": (_("Belongs to"), lambda contact: _record(contact, "parent")),
    "markets": (_("Market"), _markets),
    "industry": (_("Industry"), lambda contact: contact.industry),
    "employees": (_("Employees"), lambda contact: "" if contact.employees is None else number(contact.employees)),
    "revenue": (_("Their revenue"), lambda contact: _money(contact.revenue)),
    "potential": (_("Potential"), _potential),
    "birthday": (_("Birthday"), lambda contact: _day(contact.birthday)),
    "created_on": (_("Customer since"), lambda contact: _day(contact.created_on)),
    "source": (_("Source"), _source),
    "external_id": (_("External id"), lambda contact: contact.external_id or ""),
    "tags": (_("Tags"), _tags),
    "responsible": (_("Responsible"), _responsible),
    "review": (_("Review"), _review),
}
