"""S28: a no is kept under a key of the database: nobody tries addresses by the list alone, no rotation loses one."""

import hashlib
import hmac
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Value

from contacts.choices import Answer, ConsentLevel
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write
from contacts.privacy.erasing import erase as erase_persons
from contacts.privacy.erasing import plan_erasure
from crm import jobs
from crm.database.owner import as_owner
from crm.mail.suppression import (
    DigestOf,
    closing,
    digest_of,
    keep_digest,
    key_plain_refusals,
    refusal_key,
    refused_among,
)
from crm.models import RefusalKey, RowChange, SuppressedAddress
from leads.privacy import people_of
from tests import factories as make
from tests.privacy.test_erasing import erase

pytestmark = pytest.mark.django_db(transaction=True)
MAIL, PHONE = "mia@birds.example", "+442079460011"


def test_the_hash_is_an_hmac_and_the_database_computes_the_same():
    secret = bytes(one ^ 0x36 for one in bytes(refusal_key().inner_pad))
    plain = hashlib.sha256(f"crm.suppressed:{MAIL}".encode()).hexdigest()
    assert digest_of(MAIL) == f"hmac:{hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()}"
    said = RefusalKey.objects.annotate(said=DigestOf(Value(MAIL))).values_list("said", flat=True)
    assert list(said) == [digest_of(MAIL)]


def test_the_same_address_hashes_otherwise_in_another_database_and_a_change_of_the_secret_key_loses_nothing(settings):
    keep_digest(MAIL, "complaint")
    settings.SECRET_KEY = "another one"
    assert closing(MAIL).exists()
    before = digest_of(MAIL)
    RefusalKey.objects.all().delete()
    assert digest_of(MAIL) != before
    assert not closing(MAIL).exists()


def test_what_was_kept_without_a_key_is_keyed_by_the_migration():
    old = "sha256:" + hashlib.sha256(f"crm.suppressed:{MAIL}".encode()).hexdigest()
    SuppressedAddress.objects.create(address=old, reason="withdrawn")
    SuppressedAddress.objects.create(address="open@birds.example", reason="manual")
    with as_owner(), connection.schema_editor() as editor:
        import_module("crm.migrations.0013_keyed_refusals").key_refusals(apps, editor)
    assert set(refused_among([MAIL])) == {MAIL}
    assert not SuppressedAddress.objects.filter(address__startswith="sha256:").exists()
    assert SuppressedAddress.objects.filter(address="open@birds.example").exists()


def test_what_an_older_process_kept_without_a_key_later_is_keyed_by_night():
    keep_digest("both@birds.example", "withdrawn")
    said = {MAIL: "withdrawn", "both@birds.example": "complaint"}
    for address, reason in said.items():
        old = "sha256:" + hashlib.sha256(f"crm.suppressed:{address}".encode()).hexdigest()
        SuppressedAddress.objects.create(address=old, reason=reason)
    at = SuppressedAddress.objects.get(reason="withdrawn", address__startswith="sha256:").created_at
    job = jobs.start_job(actor=None, kind="tidying", title="Tidy")
    assert jobs.finish_now(job), job.error
    assert job.result["refusals"] == 2
    assert refused_among([MAIL]) == {MAIL: at}
    assert closing("both@birds.example").get().reason == "complaint"
    assert not SuppressedAddress.objects.filter(address__startswith="sha256:").exists()
    assert not RowChange.objects.filter(was__address__startswith="sha256:").exists()
    assert key_plain_refusals() == 0


@pytest.mark.parametrize(("said", "open_one"), [("phone", "wireless"), ("wireless", "phone")])
def test_a_no_to_calls_closes_no_messages_and_the_other_way_round(said, open_one):
    make.make_company()
    mia = make.make_contact(name="Mia Keller", phones=(PHONE,))
    record_consent(actor=None, contact=mia, channel=said, purpose="marketing", level=ConsentLevel.NONE)
    erase(mia)
    again = make.make_contact(name="M. Keller", phones=(PHONE,))
    assert may_write(again, channel=said).answer == Answer.WITHDRAWN
    assert may_write(again, channel=open_one).answer != Answer.WITHDRAWN


def test_a_number_that_was_kept_before_for_both_stays_closed_for_both():
    make.make_company()
    keep_digest(PHONE, "withdrawn")
    again = make.make_contact(name="M. Keller", phones=(PHONE,))
    assert may_write(again, channel="phone").answer == Answer.WITHDRAWN
    assert may_write(again, channel="wireless").answer == Answer.WITHDRAWN


@pytest.mark.parametrize("reason", ["complaint", "manual", "hard_bounce"])
def test_the_closed_address_of_a_lead_that_became_nobody_stays_closed(reason):
    make.make_company()
    lead = make.make_lead(name="Mia Keller", email=MAIL)
    SuppressedAddress.objects.create(address=MAIL, reason=reason)
    with as_owner(), transaction.atomic():
        erase_persons(plan_erasure(people_of([lead.pk])))
    assert not SuppressedAddress.objects.filter(address=MAIL).exists()
    assert closing(MAIL).get().reason == reason
