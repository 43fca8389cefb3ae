"""The wizard takes every option that the command takes, and shows the first rows as they would come in."""

from __future__ import annotations

import pytest

from contacts.choices import Channel
from contacts.models import AcquiredList, Contact, Interaction
from crm.choices import Role
from crm.jobs import run_job
from crm.models import CustomField, JobRun
from tests.factories import make_company
from tests.importing.tables import brought_in, written
from tests.importing.test_wizard import brought, sent, signed_in

pytestmark = pytest.mark.django_db
CONTENT = b"""key,first,last,land,score,churned,when
k1,Ada,Byron,Deutschland,3,yes,03/04/2026
k2,Max,,Deutschland,n/a,no,05/06/2026
"""
COLUMNS = ["external_id", "", "", "country", "new:", "new:", "created_on"]


def test_all_options_come_in_as_the_preview_showed(django_capture_on_commit_callbacks):
    make_company()
    client = signed_in(Role.ADMIN)
    run = brought(client, CONTENT)
    said = sent(
        COLUMNS,
        template_field_0="name",
        template_text_0="{first} {last}",
        value_field_0="country",
        value_from_0="Deutschland",
        value_to_0="Germany",
        fixed_field_0="source",
        fixed_text_0="Fair",
        also_column_0="key",
        also_field_0="tags",
        row_number="postal_code",
        late_5="on",
        date_order="dmy",
        nulls="n/a",
        whole_acquired_list="Visitors of the fair",
    )
    page = client.post(run.get_absolute_url(), said).content.decode()
    for words in ("Ada Byron", "2026-04-03", "Fair", "Visitors of the fair", "filled in after the fact"):
        assert words in page, words
    again = client.get(run.get_absolute_url()).content.decode()
    for words in ('value="{first} {last}"', 'value="Deutschland"', 'value="Visitors of the fair"'):
        assert words in again, words
    with django_capture_on_commit_callbacks():
        client.post(f"{run.get_absolute_url()}start/")
    run_job(JobRun.objects.get(kind="import").pk)
    run.refresh_from_db()
    assert (run.result["created"], run.result["rejected"]) == (2, 0), run.result
    ada, mad_max = Contact.objects.order_by("external_id")
    assert (ada.name, mad_max.name) == ("Ada Byron", "Max")
    assert (ada.source, ada.tags, ada.main_country) == ("Fair", ["k1"], "DE")
    assert mad_max.addresses.get().postal_code == "2"
    assert ada.created_on.isoformat() == "2026-04-03"
    assert (ada.custom["score"], "score" in mad_max.custom) == (3, False)
    assert list(CustomField.objects.order_by("key").values_list("key", "type", "is_late")) == [
        ("churned", "yes_no", True), ("score", "number", False),
    ]  # fmt: skip
    assert set(AcquiredList.objects.get().contacts.all()) == {ada, mad_max}


def test_every_channel_of_the_contact_history_comes_in_by_file(tmp_path):
    rows = "".join(f"c1,2026-01-05,{label}\n" for label in (*Channel.values, *(str(one) for one in Channel.labels)))
    brought_in("interactions", written(tmp_path, f"contact_external_id,occurred_at,channel\n{rows}"))
    assert set(Interaction.objects.values_list("channel", flat=True)) == set(Channel.values)
    assert Interaction.objects.count() == 2 * len(Channel.values)


def test_all_that_feeds_nothing_becomes_custom_fields_at_once_for_who_may_make_them():
    make_company()
    client = signed_in(Role.ADMIN)
    run = brought(client, CONTENT)
    said = sent(["external_id", "", "", "country", "new:", "", "created_on"], late_4="on", date_order="dmy")
    page = client.post(run.get_absolute_url(), said | {"rest": "new"}).content.decode()
    assert "all imported" in page and "Make custom fields of the others" not in page
    run.refresh_from_db()
    assert run.options["custom"] == [["score", ""], ["first", ""], ["last", ""], ["churned", ""]]
    assert run.options["late"] == ["score"]
    rep = signed_in(Role.REP)
    run = brought(rep, CONTENT)
    page = rep.post(run.get_absolute_url(), sent(["external_id"] + [""] * 6) | {"rest": "new"}).content.decode()
    assert "Make custom fields of the others" not in page
    run.refresh_from_db()
    assert run.options["custom"] == []
