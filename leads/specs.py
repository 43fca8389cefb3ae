"""The fields of leads that lists can show, filter and sort by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django.db.models import Q
from django.utils import timezone

from contacts.choices import ListKind, Market
from contacts.countries import country_code, country_names
from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.languages.words import in_words
from crm.templatetags.figures import relative_time
from crm.templatetags.pieces import pill
from leads.choices import STATUS_TONES, WAITING_LEADS, LeadStatus, LostReason
from leads.models import Lead
from leads.tracking import marks


def _lead(record: Any) -> Lead:
    return cast(Lead, record)


def _status(record: Any) -> str:
    lead = _lead(record)
    return pill(lead.get_status_display(), STATUS_TONES.get(lead.status, "neutral"))


def _clock(record: Any) -> str:
    lead = _lead(record)
    if lead.first_touch_at is not None:
        return pill(in_words("touched %(when)s", when=relative_time(lead.first_touch_at)), "neutral")
    if lead.respond_by is None:
        return "–"
    return pill(relative_time(lead.respond_by), "bad" if lead.is_late else "warn", "alarm")


def _plain_clock(record: Any) -> Any:
    return _lead(record).respond_by if _lead(record).first_touch_at is None else None


def _late(value: Any) -> Q:
    late = Q(first_touch_at=None, respond_by__lt=timezone.now())
    return late if value in ("yes", True) else ~late


def _late_in_tree(look_up: str, value: Any) -> Q:
    """Every lead is late or is not: nothing is empty here."""
    return _late(bool(value)) if look_up == "exact" else Q(pk__isnull=look_up in ("empty", "isnull"))


def _awaits(value: Any) -> Q:
    waits = Q(first_touch_at=None, respond_by__isnull=False, status__in=WAITING_LEADS)
    return waits if value in ("yes", True) else ~waits


def _awaits_in_tree(look_up: str, value: Any) -> Q:
    """Every lead waits or does not: nothing is empty here."""
    return _awaits(bool(value)) if look_up == "exact" else Q(pk__isnull=look_up in ("empty", "isnull"))


def _text(name: str, label: str, order: int, **more: Any) -> FieldSpec:
    return FieldSpec(name, label, name, order=order, **more)


def statuses() -> Sequence[tuple[str, str]]:
    return LeadStatus.choices


LEAD_FIELDS = (
    FieldSpec(
        "name", "Name", "name", filter=False, in_trees=True, sort=True, sort_by="sort_name", default=True, order=10,
        always=True, held_in="search_text",
    ),
    FieldSpec("organization", "Organization", "organization", default=True, order=15, held_in="search_text"),
    FieldSpec(
        "status", "Status", "status", kind="choice", choices=statuses, cell=_status, default=True, order=20,
        always=True,
    ),
    FieldSpec("score", "Rule score", "score", kind="number", sort=True, order=25, help="0 to 100, by the rules."),
    FieldSpec("hand_score", "Score by hand", "hand_score", kind="number", order=26),
    FieldSpec("source", "Source", "source", default=True, order=30),
    FieldSpec("list_kind", "Came from a", "list_kind", kind="choice", choices=lambda: ListKind.choices, order=31),
    FieldSpec("list_name", "List", "list_name", order=32),
    FieldSpec("campaign", "Campaign", "campaign", order=33),
    FieldSpec(
        "owner", "Owner", "owner", kind="person", select=("owner",), default=True, order=40, also=("owner_email",)
    ),
    FieldSpec("team", "Team", "team", kind="team", select=("team",), order=41),
    FieldSpec("territory", "Territory", "territory", kind="team", select=("territory",), order=42),
    FieldSpec(
        "created_at", "Came in", "created_at", kind="moment", sort=True, default=True, order=50,
        cell=lambda record: relative_time(_lead(record).created_at),
    ),
    FieldSpec(
        "clock", "Response", "respond_by", kind="moment", filter=False, cell=_clock, value=_plain_clock, default=True,
        order=52, help="By when its owner has to touch it first.", shows=("first_touch_at",),
    ),
    FieldSpec(
        "is_late", "Response is late", "respond_by", kind="flag", column=False, order=53,
        condition=lambda end, value: _late(value), compare=_late_in_tree,
    ),
    FieldSpec(
        "awaits", "Waits for a first touch", "respond_by", kind="flag", column=False, order=53,
        condition=lambda end, value: _awaits(value), compare=_awaits_in_tree,
        help="Its clock runs, and nobody has touched it yet.",
    ),
    FieldSpec("last_touch_at", "Last touch", "last_touch_at", kind="moment", order=54),
    FieldSpec("first_touch_at", "First touch", "first_touch_at", kind="moment", order=55),
    FieldSpec("status_at", "In this status since", "status_at", kind="moment", order=56),
    FieldSpec("recycle_on", "Comes back on", "recycle_on", kind="date", order=57),
    FieldSpec("converted_at", "Converted on", "converted_at", kind="moment", order=58),
    FieldSpec(
        "lost_reason", "Why lost", "lost_reason", kind="choice", choices=lambda: LostReason.choices, order=59
    ),
    FieldSpec("email", "E-mail", "email", order=60, searched=True, held_in="search_text"),
    FieldSpec("phone", "Phone", "phone", order=61, searched=True),
    FieldSpec("city", "City", "city", order=62),
    FieldSpec(
        "country", "Country", "country", order=63, help="Its name or two letters.",
        value=lambda record: _lead(record).country_name,
        condition=lambda end, value: Q(country=country_code(value) or value),
        choices=lambda: list(country_names().items()),
    ),
    FieldSpec("postal_code", "Postal code", "postal_code", order=64),
    FieldSpec("language", "Language", "language", order=65, help="Two letters."),
    FieldSpec("industry", "Industry", "industry", order=66),
    FieldSpec("market", "Market", "market", kind="choice", choices=lambda: Market.choices, order=67),
    FieldSpec("product", "Interest", "product__name", select=("product",), order=68),
    FieldSpec("tags", "Tags", "tags", kind="tags", order=69, help="All of these, between commas."),
    FieldSpec(
        "contact", "Known as", "contact__name", select=("contact",), order=70, unseen=UNSEEN_CONTACT,
        held_in="contact__search_text",
    ),
    FieldSpec("converted", "Became a customer", "converted", kind="flag", order=71),
    FieldSpec("external_id", "External id", "external_id", order=72, searched=True, held_in="search_text"),
    *(
        _text(f"utm_{name}", f"UTM {name}", 80 + place)
        for place, name in enumerate(("source", "medium", "campaign", "term", "content"))
    ),
    FieldSpec("counted", "Counted", "pk", kind="mark", column=False, order=94, mark=marks.condition, words=marks.words),
    FieldSpec("state", "State", "archived_at", kind="state", column=False, order=90, always=True),
    *(
        FieldSpec(name, label, name, column=False, filter=False, order=95)
        for name, label in (("first_name", "First name"), ("last_name", "Last name"), ("message", "What they wrote"))
    ),
)  # fmt: skip
