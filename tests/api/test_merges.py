"""Programs merge contacts and take it back, by the rules of the pages."""

import pytest

from contacts.merging.actions import merge_contacts
from contacts.models import Contact, ContactMerge
from crm.models import LogEntry
from tests.factories import make_contact, make_deal

pytestmark = pytest.mark.django_db


def test_a_contact_is_merged_once_for_a_key_and_taken_out_again(call, manager):
    kept, gone = make_contact(name="Grace Hopper"), make_contact(name="G. Hopper", industry="Computing")
    deal = make_deal(contact=gone)
    path, body = f"/contacts/{gone.pk}/merge", {"into_id": kept.pk}
    answer = call.post(path, body, Idempotency_Key="k-1")
    merge = ContactMerge.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/merges/{merge.pk}")
    assert (answer.json()["kept_id"], answer.json()["gone_id"]) == (kept.pk, gone.pk)
    # the answer was lost and asked for again; a second merge of it is none
    again = call.post(path, body, Idempotency_Key="k-1")
    assert (again.status_code, again.json()) == (201, answer.json())
    assert call.post(path, body).status_code == 307
    assert call.post(f"/contacts/{kept.pk}/merge", {"into_id": kept.pk}).status_code == 422
    deal.refresh_from_db()
    kept.refresh_from_db()
    assert (deal.contact_id, kept.industry, ContactMerge.objects.count()) == (kept.pk, "Computing", 1)
    assert [one["id"] for one in call.get("/merges").json()["items"]] == [merge.pk]
    undone = call.post(f"/merges/{merge.pk}/undo")
    assert (undone.status_code, bool(undone.json()["undone_at"])) == (200, True)
    assert call.post(f"/merges/{merge.pk}/undo").json() == undone.json()
    deal.refresh_from_db()
    assert deal.contact_id == gone.pk
    assert list(LogEntry.objects.filter(verb="merge").values_list("actor", flat=True)) == [manager.pk]


def test_who_may_not_change_both_merges_neither(rep_call, rep, manager):
    mine, foreign = make_contact(owner=rep), make_contact(owner=manager)
    assert rep_call.post(f"/contacts/{foreign.pk}/merge", {"into_id": mine.pk}).status_code == 404
    refused = rep_call.post(f"/contacts/{mine.pk}/merge", {"into_id": foreign.pk})
    assert refused.status_code in (403, 422)
    assert foreign.name not in refused.content.decode()
    merge = merge_contacts(actor=None, kept=foreign, gone=make_contact(owner=manager))
    assert rep_call.post(f"/merges/{merge.pk}/undo").status_code == 404
    assert Contact.objects.exclude(merged_into=None).count() == 1
