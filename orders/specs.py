"""The fields of orders, products and subscriptions that lists can show, filter and sort by."""

from __future__ import annotations

from typing import cast

from django.db import models
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.company import company_today
from crm.related_totals import Total
from crm.templatetags.figures import full_day, money
from crm.templatetags.pieces import pill
from orders.choices import SalesChannel, SubscriptionState
from orders.contracts.queries import compare_state, state_is
from orders.models import Order, Product, Subscription
from orders.queries import product_families, title_of


def _order(record: models.Model) -> Order:
    return cast(Order, record)


def _amount(record: models.Model) -> str:
    order = _order(record)
    return money(order.amount, order.currency)


def _customer(record: models.Model) -> SafeString | str:
    contact = _order(record).contact
    return conditional_escape(str(contact)) if contact else pill("anonymous")


def _price(record: models.Model) -> str:
    product = cast(Product, record)
    return money(product.unit_price, product.currency)


def _cost(record: models.Model) -> str:
    product = cast(Product, record)
    return money(product.unit_cost, product.currency)


AMOUNTS = (
    "orders.order.base_amount",
    "orders.orderline.amount",
    "orders.orderline.unit_price",
    "orders.orderline.discount",
    "orders.orderline.list_price",
    "orders.lineoption.surcharge",
)


def _monthly(record: models.Model) -> str:
    subscription = cast(Subscription, record)
    return money(subscription.monthly_amount, subscription.currency)


STATE_TONES = {
    SubscriptionState.RUNNING: "good",
    SubscriptionState.CANCELLED: "warn",
    SubscriptionState.ENDED: "neutral",
}


def _state_of(record: models.Model) -> SubscriptionState:
    return cast(Subscription, record).state_on(company_today())


def _state(record: models.Model) -> str:
    return str(_state_of(record).label)


def _state_pill(record: models.Model) -> SafeString:
    return pill(_state_of(record).label, STATE_TONES[_state_of(record)])


# what `queries.title_of` says, in SQL
TITLE = Coalesce(
    NullIf("number", Value("")),
    Concat(Value("#"), Cast("pk", CharField()), output_field=CharField()),
    output_field=CharField(),
)

ORDER_FIELDS = (
    FieldSpec(
        "number", "Order", "number", value=lambda order: title_of(_order(order)), in_file=TITLE, default=True,
        order=10, always=True,
    ),
    FieldSpec(
        "ordered_on", "Date", "ordered_on", kind="date", sort=True, sort_by="ordered_at", default=True, order=20,
        always=True,
        cell=lambda order: full_day(_order(order).ordered_on),
    ),
    FieldSpec(
        "customer", "Customer", "contact__name", filter=False, in_trees=True, default=True, order=30,
        select=("contact",), cell=_customer, always=True,
    ),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=31, always=True),
    FieldSpec(
        "channel", "Channel", "channel", kind="choice", choices=lambda: SalesChannel.choices, default=True, order=40
    ),
    FieldSpec(
        "partner", "Partner", "partner__name", select=("partner",), order=41, also=("partner_external_id",),
        unseen=UNSEEN_CONTACT, held_in="partner__search_text",
    ),
    FieldSpec("offer_code", "Offer code", "offer_code", order=42),
    FieldSpec(
        "amount", "Amount", "amount", kind="money", cell=_amount, default=True, order=50, covers=AMOUNTS,
    ),
    FieldSpec("currency", "Currency", "currency", order=51),
    FieldSpec(
        "base_amount", "In our currency", "base_amount", kind="money", filter=False, order=52,
        help="At the rate of the day.",
    ),
    FieldSpec("cost", "Cost", "cost", kind="money", order=53, covers=("orders.orderline.unit_cost",)),
    FieldSpec(
        "family", "Product family", "lines__product__family", kind="choice", choices=product_families,
        column=False, order=60,
    ),
    FieldSpec("product", "Product", "lines__product__name", column=False, order=61),
    FieldSpec("option", "Chosen option", "options__value", column=False, order=62, help="Such as a colour."),
    FieldSpec("is_purchase", "Is a purchase", "is_purchase", kind="flag", order=70, help="No: returns only."),
)  # fmt: skip

PRODUCT_FIELDS = (
    FieldSpec(
        "name",
        "Name",
        "name",
        filter=False,
        in_trees=True,
        sort=True,
        sort_by="sort_name",
        default=True,
        order=10,
        always=True,
    ),
    FieldSpec(
        "family",
        "Family",
        "family",
        kind="choice",
        choices=product_families,
        sort=True,
        default=True,
        order=20,
        searched=True,
    ),
    FieldSpec("price", "Price", "unit_price", kind="money", cell=_price, sort=True, default=True, order=30),
    FieldSpec(
        "unit_cost",
        "Cost",
        "unit_cost",
        kind="money",
        cell=_cost,
        default=True,
        order=31,
        covers=("orders.orderline.unit_cost",),
    ),
    FieldSpec("currency", "Currency", "currency", order=32),
    FieldSpec("external_id", "External id", "external_id", default=True, order=40, searched=True),
    FieldSpec("state", "State", "archived_at", kind="state", column=False, order=90, always=True),
)

SUBSCRIPTION_FIELDS = (
    FieldSpec("plan", "Plan", "plan", value=str, default=True, order=10, always=True),
    FieldSpec(
        "customer", "Customer", "contact__name", filter=False, default=True, order=20, select=("contact",), always=True
    ),
    FieldSpec("contact", "Customer", "contact", kind="record", column=False, order=21, always=True),
    FieldSpec(
        "started_on", "Started", "started_on", kind="date", sort=True, default=True, order=30, always=True,
        cell=lambda record: full_day(cast(Subscription, record).started_on),
    ),
    FieldSpec(
        "ended_on", "Ended", "ended_on", kind="date", sort=True, default=True, order=40,
        cell=lambda record: full_day(cast(Subscription, record).ended_on), help="Empty while it runs.",
    ),
    FieldSpec(
        "monthly_amount", "A month", "monthly_amount", kind="money", cell=_monthly, default=True, order=50,
        covers=("orders.subscriptionrenewal.monthly_amount",),
    ),
    FieldSpec("currency", "Currency", "currency", order=51),
    FieldSpec(
        "state", "State", "ended_on", kind="choice", choices=lambda: SubscriptionState.choices, order=45, default=True,
        cell=_state_pill, value=_state, condition=lambda end, value: state_is(value), compare=compare_state,
        stored="orders.subscription.ended_on",
    ),
    FieldSpec(
        "renews_on", "Renews", "renews_on", kind="date", sort=True, default=True, order=46,
        cell=lambda record: full_day(cast(Subscription, record).renews_on), help="The first day of the next term.",
    ),
    FieldSpec("term_months", "Term, months", "term_months", kind="number", order=47),
    FieldSpec("auto_renews", "Renews by itself", "auto_renews", kind="flag", order=47),
    FieldSpec(
        "cancelled_on", "Cancelled on", "cancelled_on", kind="date", order=48,
        cell=lambda record: full_day(cast(Subscription, record).cancelled_on),
    ),
    FieldSpec("cancel_reason", "Why cancelled", "cancel_reason", order=49),
    FieldSpec("external_id", "External id", "external_id", order=60),
)  # fmt: skip


def _of_orders(name: str, label: str, measure: str, *, only_purchases: bool = True, help: str = "") -> FieldSpec:
    """A figure of the orders of a contact, for filter trees."""
    is_money = measure == "sum"
    return FieldSpec(
        name, label, "pk", kind="money" if is_money else "number", group="Orders", help=help, column=False,
        filter=False, order=90, stored="orders.order.base_amount" if is_money else "orders.order.ordered_on",
        total=Total(
            "orders.order", "contact", measure, "ordered_on", "base_amount" if is_money else "",
            (("is_purchase", True),) if only_purchases else (),
        ),
    )  # fmt: skip


# what contacts bought, read from the orders themselves: right to the minute, unlike the scores
CONTACT_FIELDS = (
    _of_orders("orders_count", "Orders", "count", help="How many purchases, returns not counted."),
    _of_orders("orders_sum", "Bought for", "sum", only_purchases=False, help="In our currency, returns taken off."),
    _of_orders("orders_last", "Last order", "last"),
    _of_orders("orders_first", "First order", "first"),
    FieldSpec(
        "bought_family", "Bought from the family", "orders__lines__product__family", kind="choice",
        choices=product_families, column=False, filter=False, in_trees=True, group="Orders", order=91,
    ),
    FieldSpec(
        "bought_option", "Bought with the option", "orders__options__value", column=False, filter=False, in_trees=True,
        group="Orders", order=92, help="Such as a colour.", always=True,  # a rule on it is made with the orders
    ),
    FieldSpec(
        "bought_product", "Bought the product", "orders__lines__product__name", column=False, filter=False,
        in_trees=True, group="Orders", order=92,
    ),
)  # fmt: skip
