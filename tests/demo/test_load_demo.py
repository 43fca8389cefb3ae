"""Loading the demo company: the same again for the same seed, never mixed with real data, in any size."""

import pytest
from django.core.management import CommandError

from contacts.models import Contact
from crm.demo import house
from crm.models import Company, User
from orders.models import Order


def test_the_same_seed_gives_the_same_data_and_another_seed_other_data(load_demo, checksum, taken_back):
    with taken_back():
        load_demo("--seed", 2)
        other = checksum()
    with taken_back():
        load_demo()
        first = checksum()
    load_demo()
    assert checksum() == first
    assert all(a != b for a, b in zip(first, other, strict=True))
    load_demo("--add")
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 120
    assert User.objects.filter(email="rep@example.com").count() == 1


def test_many_batches_make_one_company(load_demo, monkeypatch):
    monkeypatch.setattr(house, "BATCH_SIZE", 25)
    load_demo()
    assert Order.objects.filter(is_purchase=True).values("contact").distinct().count() == 60
    assert Order.objects.values("number").distinct().count() == Order.objects.count()


@pytest.mark.parametrize("customers", [1, 2])
def test_smallest_companies_load_and_have_no_passwords_where_others_can_reach_them(load_demo, customers, settings):
    settings.CRM_BASE_URL = "https://crm.company.example"
    load_demo("--customers", customers)
    assert Order.objects.values("contact").distinct().count() == customers
    assert not User.objects.get(email="admin@example.com").has_usable_password()


def test_contacts_that_are_there_are_not_mixed_with_the_demo(load_demo):
    Contact.objects.create(name="Somebody real")
    with pytest.raises(CommandError, match="There are 1 contacts already"):
        load_demo()
    assert Contact.objects.count() == 1
    assert not User.objects.exists()


def test_a_real_company_is_never_mixed_with_the_demo(load_demo):
    Company.objects.create(pk=1, name="Real Frames", currency="EUR")
    with pytest.raises(CommandError, match="This is the CRM of Real Frames"):
        load_demo("--add")
    assert not User.objects.exists()


@pytest.mark.parametrize("words", [("--customers", 0), ("--years", 0), ("--seed", -1)])
def test_numbers_out_of_range_are_refused(load_demo, words):
    with pytest.raises(CommandError, match="must be between"):
        load_demo(*words)


def test_a_demo_of_the_future_is_refused(load_demo):
    with pytest.raises(CommandError, match="lies in the future"):
        load_demo("--until", "2999-01-01")
