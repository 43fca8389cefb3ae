"""The place that a form with sections is: its fields as the class lays them out, and the custom ones."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from crm.customfields.definitions import definitions_of
from crm.fields import SectionedForm
from crm.layouts.places import Block, Item, LayoutPlace
from crm.templatetags.figures import words

CUSTOM = "Custom fields"


def form_place(
    form: type[SectionedForm],
    model: str,
    label: str,
    *,
    part: str = "form",
    needed: Collection[str] = (),
    without: Collection[str] = (),
    like: str = "",
) -> LayoutPlace:
    """A form as a place: `needed` fields cannot be left out, those `without` are not in it."""
    shipped = partial(form_blocks, form, model, frozenset(needed), frozenset(without))
    return LayoutPlace(model, part, label, shipped, like=like)


def form_blocks(
    form: type[SectionedForm], model: str, needed: frozenset[str], without: frozenset[str]
) -> tuple[Block, ...]:
    """The sections of the form as they are shipped, and the custom fields of its model."""
    fields = form.base_fields  # type: ignore[attr-defined]
    shipped = [
        Block(
            title,
            tuple(
                Item(name, str(fields[name].label or words(name)), len(row) == 1, name in needed)
                for row in rows
                for name in row
                if name not in without
            ),
        )
        for title, rows in form.layout
    ]
    own = tuple(Item(one.name, one.label, is_needed=one.is_required) for one in definitions_of(model))
    return (*shipped, Block(CUSTOM, own)) if own else tuple(shipped)
