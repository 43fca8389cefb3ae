"""A few rows of a list as a small table on another record's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm.catalogue import fields_of
from crm.field_rights import hidden_specs
from crm.requests import SignedInRequest
from crm.tables import Column, Heading, Table, make_rows


def small_table(
    label: str, names: Sequence[str], phone: Mapping[str, str], request: SignedInRequest, rows: Sequence[Any]
) -> Table:
    """The rows under those of the columns that are not hidden from the person."""
    specs, hidden = {spec.name: spec for spec in fields_of(label)}, hidden_specs(request.user, label)
    shown = [specs[name] for name in names if name not in hidden]
    columns = [Column(spec, request.company.currency, phone.get(spec.name, "")) for spec in shown]
    return Table([Heading(column.name, column.label, column.align) for column in columns], make_rows(columns, rows))
