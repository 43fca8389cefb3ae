"""Every door that writes contacts and orders leaves what is kept of them right: recomputing it changes nothing."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import models

from contacts.keeping import EVERY_CONTACT, refresh_search_of
from contacts.models import Contact
from orders.keeping import EVERY_ORDER, EVERY_PRODUCT, refresh_products_of, refresh_totals_of
from orders.models import Order, Product

DATA = Path(__file__).parent.parent / "data"
KEPT: dict[type[models.Model], tuple[str, ...]] = {
    Contact: ("pk", "sort_name", "search_text", "main_country"),
    Product: ("pk", "sort_name", "search_text"),
    Order: ("pk", "amount", "cost", "base_amount", "is_purchase", "ordered_on"),
}


def kept() -> dict[str, list[tuple]]:
    return {model.__name__: list(model.objects.order_by("pk").values_list(*names)) for model, names in KEPT.items()}


def stays_right() -> bool:
    before = kept()
    refresh_search_of(EVERY_CONTACT)
    refresh_products_of(EVERY_PRODUCT)
    refresh_totals_of(EVERY_ORDER)
    return kept() == before


@pytest.mark.django_db
def test_demo_data_is_kept_right(capsys):
    call_command("load_demo", customers=60, later=True)
    assert Order.objects.count() > 60
    assert stays_right()


@pytest.mark.django_db
def test_imports_are_kept_right(capsys):
    call_command(
        "import_data", "contacts", str(DATA / "febrl1.csv"), "--map", "rec_id=external_id", "--map", "surname=last_name"
    )
    call_command(
        "import_data",
        "orders",
        str(DATA / "cdnow_sample_transactions.csv"),
        "--map",
        "customer_id=contact_external_id",
        "--map",
        "date=ordered_at",
    )
    assert (Contact.objects.count() > 1000, Order.objects.count()) == (True, 6919)
    assert stays_right()
