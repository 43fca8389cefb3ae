"""The table of the pools of costs as a form, and what a run of the costs can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_noop

from analytics.costs.drivers import DRIVERS, driver_choices
from analytics.forms import AsOfForm, SegmentTable, as_of_field

MOST_POOLS = 40


class CostRunForm(AsOfForm):
    """Reckon the cost to serve of so many months up to the end of a day."""

    as_of = as_of_field("Nothing of later days is counted.")
    months = forms.IntegerField(
        label="Months back", min_value=1, max_value=120, help_text="Usually 12: what a customer cost in a year."
    )


class PoolForm(forms.Form):
    """A pool: its driver, and either a rate for each or what a year of it costs."""

    position = forms.IntegerField(label="Rank", min_value=1, max_value=999)
    name = forms.CharField(max_length=60)
    driver = forms.ChoiceField(choices=driver_choices)
    rate = forms.DecimalField(label="Rate for each", required=False, min_value=0, max_digits=14, decimal_places=4)
    annual_amount = forms.DecimalField(
        label="Amount of a year", required=False, min_value=0, max_digits=18, decimal_places=2
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            css = "form-select" if name == "driver" else "form-control"
            field.widget.attrs.update({"class": f"{css} {css}-sm", "aria-label": field.label or name.capitalize()})

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if self.errors:
            return found
        if (found.get("rate") is None) == (found.get("annual_amount") is None):
            self.add_error("rate", "Give either a rate for each or the amount of a year, not both.")
        return found


def pool_in_words(row: Mapping[str, Any]) -> str:
    """`1. Calls, 6 for each` or `1. Calls, 48000 a year`"""
    driver = DRIVERS[row["driver"]].label if row["driver"] in DRIVERS else row["driver"]
    if row["rate"] is not None:
        return f"{row['position']}. {driver}, {_plain(row['rate'])} for each"
    return f"{row['position']}. {driver}, {_plain(row['annual_amount'])} a year"


def _plain(value: Any) -> str:
    return f"{Decimal(value).normalize():f}"


class PoolTable(SegmentTable):
    """All pools: names may stand once, of equal places the one that was typed first goes before; there may be none."""

    what = "pool"
    none_left = gettext_noop("Keep at least one pool.")
    may_be_empty = True
    once: ClassVar[dict[str, str]] = {"name": gettext_noop("Two pools are called “%(value)s”.")}
    in_words = staticmethod(pool_in_words)


PoolFormSet = forms.formset_factory(PoolForm, formset=PoolTable, extra=2, max_num=MOST_POOLS, can_delete=True)
