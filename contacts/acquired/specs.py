"""The fields of acquired lists that their list shows, filters and sorts by."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.utils.safestring import SafeString

from contacts.acquired.queries import Names, count_names
from contacts.choices import ListKind
from contacts.models import AcquiredList
from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill


def _list(record: models.Model) -> AcquiredList:
    return cast(AcquiredList, record)


def _licence(record: models.Model) -> SafeString | str:
    acquired = _list(record)
    if acquired.licence_ends_on is None:
        return ""
    day = full_day(acquired.licence_ends_on)
    return pill(f"ended {day}", "bad") if acquired.has_ended(company_today()) else day


def _cost(record: models.Model) -> str:
    return money(_list(record).cost, _list(record).currency) if _list(record).cost is not None else ""


def _cost_per_name(record: models.Model) -> str:
    each = _list(record).cost_per_name
    return money(each, _list(record).currency) if each is not None else ""


def _permitted(record: models.Model) -> str:
    return str(cast(Names, record.names).permitted_about)  # type: ignore[attr-defined]  # `count_names`


ACQUIRED_FIELDS = (
    FieldSpec("name", "List", "name", sort=True, default=True, order=10, always=True),
    FieldSpec("kind", "Kind", "kind", kind="choice", choices=lambda: ListKind.choices, default=True, order=20),
    FieldSpec("vendor", "Vendor", "vendor", order=30),
    FieldSpec("received_on", "Received", "received_on", kind="date", order=40),
    FieldSpec(
        "licence_ends_on", "Licence ends", "licence_ends_on", kind="date", default=True, order=50,
        cell=_licence,
    ),
    FieldSpec("names_delivered", "Delivered", "names_delivered", kind="number", default=True, order=60),
    FieldSpec(
        "names_here", "Here", "id", kind="number", filter=False, default=True, order=61, along=count_names,
        value=lambda record: record.names.here, help="That you may see.",
    ),
    FieldSpec(
        "names_permitted", "May be mailed", "id", kind="number", filter=False, default=True, order=62,
        along=count_names, value=lambda record: record.names.permitted, cell=_permitted,
        help="Marketing by e-mail, today; estimated where a list has many names.",
    ),
    FieldSpec("cost", "Cost in all", "cost", kind="number", order=70, cell=_cost),
    FieldSpec(
        "cost_per_name", "Cost a name", "id", kind="number", filter=False, default=True, order=71,
        cell=_cost_per_name, value=lambda record: record.cost_per_name,
    ),
    FieldSpec("currency", "Currency", "currency", order=72),
)  # fmt: skip
