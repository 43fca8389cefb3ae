"""Writes of the options of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from crm.log import log
from crm.models import User
from crm.saving import locked
from orders.choices import OptionKind
from orders.models import OptionChoice, Product, ProductOption


@dataclass(frozen=True)
class OptionInput:
    """An option as somebody typed it; `choices` are (name, surcharge), for a text there are none."""

    name: str
    kind: str = OptionKind.CHOICE
    is_required: bool = False
    surcharge: Decimal = Decimal(0)
    choices: Sequence[tuple[str, Decimal]] = field(default_factory=tuple)


@transaction.atomic
def set_options(*, actor: User | None, product: Product, version: int, options: Sequence[OptionInput]) -> Product:
    """Make the product's options these, in this order; orders keep what they chose.

    Raises `StaleRecord` when somebody saved the product after `version` was read.
    """
    current: Product = locked(product, version)
    known = {option.name: option for option in current.options.all()}
    gone = current.options.exclude(name__in=[one.name for one in options]).delete()[0]
    changed = bool(gone)
    for position, given in enumerate(options):
        option = known.get(given.name) or ProductOption(product=current, name=given.name)
        values = (given.kind, given.is_required, given.surcharge, position)
        if (option.kind, option.is_required, option.surcharge, option.position) != values or option.pk is None:
            option.kind, option.is_required, option.surcharge, option.position = values
            option.save()
            changed = True
        changed = _set_choices(option, given.choices) or changed
    if changed:
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed the options of {current.name}"[:300])
    return current


def _set_choices(option: ProductOption, choices: Sequence[tuple[str, Decimal]]) -> bool:
    """Make the choices these; whether anything changed."""
    stored = {one.name: one for one in option.choices.all()}
    gone = option.choices.exclude(name__in=[name for name, _ in choices]).delete()[0]
    changed = bool(gone)
    for position, (name, surcharge) in enumerate(choices):
        one = stored.get(name) or OptionChoice(option=option, name=name)
        if one.pk is None or (one.surcharge, one.position) != (surcharge, position):
            one.surcharge, one.position = surcharge, position
            one.save()
            changed = True
    return changed
