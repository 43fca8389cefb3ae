"""Reads of the options of products and of lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from orders.models import LineOption, OptionChoice, Product, ProductOption
from orders.options.words import Chosen


def options_of(product_ids: Iterable[int]) -> dict[int, list[ProductOption]]:
    """The options of some products with their choices, by product; two queries for all of them."""
    found: dict[int, list[ProductOption]] = defaultdict(list)
    rows = ProductOption.objects.filter(product__in=set(product_ids)).prefetch_related("choices")
    for option in rows.order_by("product", "position", "id"):
        found[option.product_id].append(option)
    return found


def chosen_of(line_ids: Iterable[int]) -> dict[int, list[Chosen]]:
    """What some lines chose, by line."""
    found: dict[int, list[Chosen]] = defaultdict(list)
    rows = LineOption.objects.filter(line__in=list(line_ids)).order_by("id")
    for line, name, value, surcharge in rows.values_list("line", "name", "value", "surcharge"):
        found[line].append(Chosen(name, value, surcharge))
    return found


def option_choices(product: Product, shows_money: bool) -> list[dict[str, object]]:
    """What the order form offers for a product; without the surcharges for who may not see prices."""

    def sum_of(one: ProductOption | OptionChoice) -> str:
        return f"{one.surcharge:f}" if shows_money else ""

    return [
        {
            "name": option.name,
            "kind": option.kind,
            "required": option.is_required,
            "surcharge": sum_of(option),
            "choices": [{"name": one.name, "surcharge": sum_of(one)} for one in option.choices.all()],
        }
        for option in options_of([product.pk])[product.pk]
    ]
