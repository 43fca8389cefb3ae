"""A mail that the database refuses is left out by itself; the others of its chunk leave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from campaigns.choices import RecipientState
from campaigns.sending.engine import run_campaign
from crm.choices import Role
from crm.database.owner import as_owner
from tests import factories as make
from tests.campaigns.sample import mails, started


@contextmanager
def refused(address: str) -> Iterator[None]:
    """The ledger of mails takes none to this address."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE crm_outgoingmail ADD CONSTRAINT odd CHECK (recipient <> '{address}') NOT VALID")
    try:
        yield
    finally:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE crm_outgoingmail DROP CONSTRAINT odd")


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_stops_no_other():
    make.make_company()
    campaign = started(make.make_user(Role.MANAGER), people=30)
    with refused("p7@drill.example"):
        run_campaign(campaign.pk)
    states = dict(campaign.recipients.values_list("contact__name", "state"))
    assert states.pop("p7") == RecipientState.LEFT_OUT
    assert set(states.values()) == {RecipientState.HANDED}
    assert mails(campaign).count() == 29
    assert campaign.recipients.get(contact__name="p7").reason == "the mail could not be made"
