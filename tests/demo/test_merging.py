"""A merge moves every row of the house that names the contact, and its undo puts each byte back."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg import sql

from campaigns.models import MailPace, Play, PlayEntry, RetainedCustomer, RetentionAction, Segment
from contacts.merging.actions import merge_contacts, undo_merge
from contacts.merging.keys import ASIDE, DERIVED, apps_with_keys, contact_keys
from contacts.models import Contact, Hold, MergedRows, PrivacyRequest
from crm.mail.choices import MailKind
from crm.models import Attachment, MailChannel, MailDraft, Mention, OutgoingMail, StoredFile, User
from leads.models import Conversion
from tests.past.alert_actions import make_alert

pytestmark = pytest.mark.django_db
# these name a contact without a foreign key, or are no rows of a contact: a record of its own each
BY_NUMBER = {
    "crm.attachment", "crm.incomingmail", "crm.logentry", "crm.maildraft", "crm.mention", "crm.note",
    "crm.outgoingmail", "crm.task",
}  # fmt: skip
# what is only ever added to, and the records of who did what when
GROWS = {"contacts_contactmerge", "contacts_mergedrows", "crm_logentry", "crm_rowchange", "orders_pointsentry"}
FORWARD = ("version", "updated_at")


def models() -> list:
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).parent == Path(settings.BASE_DIR)}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in ours]


def fields_to_contacts() -> set[tuple[str, str]]:
    found = set()
    for model in models():
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model is Contact:
                found.add((model._meta.label_lower, field.name))
            if field.name == "contact_id" and not field.is_relation:
                found.add((model._meta.label_lower, field.name))
            if field.name == "record_model" and model._meta.label_lower in BY_NUMBER:
                found.add((model._meta.label_lower, "record_id"))
    return found


def dump() -> dict[str, dict[str, dict]]:
    """Every row of every table as text, by table and key."""
    found = {}
    for model in models():
        table = model._meta.db_table
        if table in GROWS:
            continue
        words = sql.SQL("SELECT to_jsonb(t)::text FROM {} AS t").format(sql.Identifier(table))
        with connection.cursor() as cursor:
            cursor.execute(words)
            kept = [json.loads(text) for (text,) in cursor.fetchall()]
        key = [field.column for field in model._meta.pk_fields]
        found[table] = {"|".join(str(row[name]) for name in key): row for row in kept}
    return found


def test_every_field_that_names_a_contact_says_what_a_merge_does_with_it():
    said = {(key.model, key.of._meta.get_field(key.field).name) for key in contact_keys()}
    missing = fields_to_contacts() - said
    assert not missing, f"Say in merging.py of the app what becomes of these when two contacts become one: {missing}"
    assert {key for key in said if key[1] != "object_id"} <= fields_to_contacts()
    for key in contact_keys():
        if key.twice in (ASIDE, DERIVED):  # what hangs on such a row would go with it
            assert not [one for one in key.of._meta.related_objects if key.model != "contacts.contact"], key.model


def make_what_the_demo_lacks() -> None:
    """A row each of the tables that a new company has nothing in, on a contact that has nothing to do with it."""
    contact, user = Contact.objects.order_by("-pk")[0], User.objects.order_by("pk")[0]
    on = {"record_model": "contacts.contact", "record_id": contact.pk, "contact_id": contact.pk}
    Attachment.objects.create(file=StoredFile.objects.create(name="plan.pdf", owner=user), author=user, **on)
    Mention.objects.create(user=user, source_model="crm.note", source_id=1, **on)
    MailDraft.objects.create(author=user, **on)
    channel, _ = MailChannel.objects.get_or_create(name="default")
    OutgoingMail.objects.create(
        channel=channel, contact_id=contact.pk, recipient="a@example.org", sender="we@example.org", priority=5,
        kind=MailKind.AT_MOST_ONCE, message_id="<1@example.org>",
    )  # fmt: skip
    make_alert(contact=contact)
    now = timezone.now()
    play = Play.objects.create(name="Nothing yet")
    PlayEntry.objects.create(play=play, contact=contact, event_at=now, entered_at=now, next_at=now)
    segment = Segment.objects.create(name="Whom to keep")
    action = RetentionAction.objects.create(name="Visits", way="delight", kind="positive", segment=segment)
    RetainedCustomer.objects.create(action=action, contact=contact)
    MailPace.objects.create(contact=contact, days=7)
    PrivacyRequest.objects.create(contact=contact, kind="access", asked_on=now.date(), due_on=now.date())
    Hold.objects.create(contact=contact, reason="A dispute")
    Conversion.objects.filter(pk=Conversion.objects.order_by("pk")[0].pk).update(contact_before=contact)


def give(gone: Contact, kept: Contact) -> dict[str, int]:
    """A row of every key of the house becomes the contact's; how many of each table there were before."""
    given = {}
    for key in contact_keys():
        if key.because or key.other_end or key.twice == DERIVED or key.field in ("merged_into", "object_id"):
            continue
        sets = sql.SQL(", ").join(
            [sql.SQL("{} = {}").format(sql.Identifier(key.column), gone.pk)]
            + [sql.SQL("{} = false").format(sql.Identifier(flag)) for flag in key.yields]
        )
        among = key.of._default_manager.filter(**key.where).exclude(**{f"{key.field}__in": (kept.pk, gone.pk)})
        ids = list(among.exclude(**{key.field: None}).order_by("pk").values_list("pk", flat=True)[:1])
        words = sql.SQL("UPDATE {} SET {} WHERE id = ANY({})")
        with connection.cursor() as cursor:
            cursor.execute(words.format(sql.Identifier(key.table), sets, ids))
        given[f"{key.model}.{key.field}"] = len(ids)
    return given


def test_a_merge_moves_everything_and_its_undo_puts_every_byte_back(load_demo):
    load_demo()
    make_what_the_demo_lacks()
    kept, gone = Contact.objects.filter(kind="person", membership=None).order_by("pk")[:2]
    given = give(gone, kept)
    assert [name for name, count in given.items() if not count] == []
    for work in [
        work for app in apps_with_keys() for work in app.after
    ]:  # what is kept of the rows, as an action leaves it
        work(kept.pk, gone.pk)
    before = dump()
    merge = merge_contacts(actor=None, kept=kept, gone=gone)
    after = dump()
    for key in contact_keys():
        left = key.of._default_manager.filter(**key.where, **{key.field: gone.pk})
        if key.model == "campaigns.recipient":  # two letters went out
            left = left.exclude(campaign__recipients__contact=kept)
        assert key.because or not left.exists(), (key.model, key.field)
    aside: dict[str, int] = {}
    for part in MergedRows.objects.filter(merge=merge, step="aside"):
        table = apps.get_model(part.model)._meta.db_table
        aside[table] = aside.get(table, 0) + len(part.ids)
    assert {table: len(found) - aside.get(table, 0) for table, found in before.items()} == {
        table: len(found) for table, found in after.items()
    }
    undo_merge(actor=None, merge=merge)
    back = dump()
    for pk in (kept.pk, gone.pk):
        for name in FORWARD:
            before["contacts_contact"][str(pk)].pop(name)
            back["contacts_contact"][str(pk)].pop(name)
    different = {table: key for table in before for key in before[table] if before[table][key] != back[table].get(key)}
    assert different == {}
    assert {table: len(found) for table, found in before.items()} == {
        table: len(found) for table, found in back.items()
    }
