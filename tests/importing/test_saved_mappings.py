"""What the columns of a file meant is kept, and the next file of that kind is read like it."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError
from django.urls import reverse

from contacts.models import Contact
from crm.catalogue import import_kinds
from crm.choices import FieldRight, Role
from crm.importing.mapping import ImportOptions
from crm.importing.mappings.fitting import fits_of
from crm.jobs import run_job
from crm.models import AccessRule, CustomField, FieldRule, ImportMapping, ImportRun, JobRun, LogEntry
from tests.factories import make_company, make_team, make_user
from tests.factories import signed_in as client_of
from tests.importing.tables import written
from tests.importing.test_command import import_data
from tests.importing.test_wizard import brought, sent

pytestmark = pytest.mark.django_db(transaction=True)
MAY = b"Nr,Wer,Wo,Stufe\nk1,Ada,Kiel,gold\n"
JUNE = b"nr,wer,wo,Stufe,Telefon\nk2,Eva,Jena,blue,040 1234567\n"


def imported(client, content: bytes, name: str, columns: list[str], **said: str) -> ImportRun:
    run = brought(client, content, name=name)
    client.post(reverse("crm:import_start", args=[run.pk]), sent(columns, **said))
    run_job(JobRun.objects.latest("pk").pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def house():
    """A marketer who brought the file of May, somebody of the same team, and somebody of another."""
    make_company()
    team = make_team()
    people = [make_user(Role.ADMIN, team=team), make_user(Role.MARKETER, team=team), make_user(Role.MARKETER)]
    columns = ["external_id", "name", "city", "new:text"]
    said = {"fixed_field_0": "source", "fixed_text_0": "fair", "whole_acquired_list": "Directory", "nulls": "n/a"}
    imported(client_of(people[0]), MAY, "people_may.csv", columns, **said)
    return people


def test_the_next_file_is_read_as_the_one_before_and_says_so(house):
    client = client_of(house[0])
    run = brought(client, JUNE, name="people_june.csv")
    options = ImportOptions.from_json(run.options)
    assert dict(options.map) == {
        "nr": "external_id", "wer": "name", "wo": "city", "Stufe": "custom_stufe", "Telefon": "phone",
    }  # fmt: skip
    assert (options.constants, options.nulls) == ({"source": "fair"}, ("n/a",)), "the list is asked for anew"
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Read as in <code>people_may.csv</code>" in page and "New in this file: Telefon." in page
    client.post(reverse("crm:import_start", args=[run.pk]), sent([name for _, name in options.map]))
    run_job(JobRun.objects.latest("pk").pk)
    assert Contact.objects.get(external_id="k2").custom == {"stufe": "blue"}
    assert CustomField.objects.count() == 1
    assert set(ImportMapping.objects.values_list("file_name", flat=True)) == {"people_may.csv", "people_june.csv"}


def test_it_can_be_begun_afresh_kept_under_a_name_used_again_and_deleted(house):
    client = client_of(house[0])
    run = brought(client, MAY, name="again.csv")
    client.post(reverse("crm:import_mapping_use", args=[run.pk]), {"mapping": ""})
    run.refresh_from_db()
    assert (run.mapping, run.options["map"]) == (None, [["Stufe", "custom_stufe"]])
    keep = reverse("crm:import_mapping_keep", args=[run.pk])
    answer = client.post(keep, sent(["external_id", "", "", ""]) | {"mapping_name": " "})
    assert answer.status_code == 422 and "to keep them" in answer.content.decode()
    for columns in (["external_id", "", "", ""], ["external_id", "last_name", "", ""]):
        client.post(keep, sent(columns) | {"mapping_name": "By  surname"})
    kept = ImportMapping.objects.get(name="By surname")
    assert kept.options["map"] == [["Nr", "external_id"], ["Wer", "last_name"]]
    for path in ("map", "mapping_use"):
        client.post(
            reverse(f"crm:import_{path}", args=[run.pk]), sent(["external_id", "", "", ""]) | {"mapping": kept.pk}
        )
    run.refresh_from_db()
    assert run.options["map"] == kept.options["map"]
    assert "By surname" in client.get(reverse("crm:importmapping_list")).content.decode()
    client.post(reverse("crm:importmapping_delete", args=[kept.pk]))
    run.refresh_from_db()
    assert not ImportMapping.objects.filter(pk=kept.pk).exists() and run.mapping is None
    assert LogEntry.objects.filter(model="crm.importmapping").values_list("verb", flat=True).count() == 3


def test_a_number_that_is_none_and_a_kind_that_is_gone_are_no_faults(house):
    client = client_of(house[0])
    run = brought(client, MAY)
    for chosen in ("7" * 4400, "²", "-1"):
        answer = client.post(reverse("crm:import_mapping_use", args=[run.pk]), {"mapping": chosen})
        assert answer.status_code == 404, chosen
    ImportMapping.objects.update(kind="no_longer_there")
    assert "Nothing kept yet" in client.get(reverse("crm:importmapping_list")).content.decode()


def test_own_files_come_before_those_of_the_team_and_these_before_others(house):
    _, colleague, stranger = house
    kind = brought(client_of(colleague), MAY).kind
    run = ImportRun.objects.latest("pk")
    assert run.mapping.actor == house[0], "of the team, as long as there is no own"
    imported(client_of(stranger), MAY, "theirs.csv", ["external_id", "", "", ""])
    imported(client_of(colleague), MAY, "own.csv", ["external_id", "last_name", "", ""])
    fits = fits_of(colleague, import_kinds()[kind], ("Nr", "Wer", "Wo", "Stufe"))
    assert [fit.mapping.file_name for fit in fits] == ["own.csv", "people_may.csv", "theirs.csv"]
    assert fits_of(colleague, import_kinds()[kind], ("Nr", "a", "b", "c")) == [], "too little is the same"


def test_who_may_not_import_the_kind_or_write_a_field_gets_neither(house):
    FieldRule.objects.create(role="marketer", model="contacts.contact", field="source", right=FieldRight.READ_ONLY)
    run = brought(client_of(house[1]), MAY)
    assert "source" not in ImportOptions.from_json(run.options).constants
    AccessRule.objects.create(role="agent", model="crm.importmapping", verb="view", scope="all")
    assert ImportMapping.objects.visible_to(make_user(Role.AGENT)).count() == 0
    other = client_of(house[2])
    assert other.post(reverse("crm:importmapping_delete", args=[ImportMapping.objects.get().pk])).status_code == 403


def test_a_command_reads_a_file_by_columns_that_were_kept_under_a_name(house, tmp_path):
    client = client_of(house[0])
    run = brought(client, MAY, name="again.csv")
    said = {"fixed_field_0": "source", "fixed_text_0": "fair", "mapping_name": "Fair visitors"}
    columns = ["external_id", "name", "city", "custom_stufe"]
    client.post(reverse("crm:import_mapping_keep", args=[run.pk]), sent(columns, **said))
    path = written(tmp_path, JUNE)
    done = json.loads(import_data("contacts", path, "--mapping", "fair Visitors", "--set", "source=shop", "--json"))
    assert (done["created"], done["rejected"]) == (1, 0)
    eva = Contact.objects.get(external_id="k2")
    assert (eva.name, eva.custom, eva.source) == ("Eva", {"stufe": "blue"}, "shop")
    assert eva.points.get(kind="phone").value == "040 1234567"
    of_them = import_data("contacts", path, "--mapping", "Fair visitors", "--user", house[0].email)
    assert "0 created, 1 updated" in of_them
    assert Contact.objects.get(external_id="k2").source == "fair"
    with pytest.raises(CommandError, match=r"kept under the name “Nobody”\. Kept are: “Fair visitors”\."):
        import_data("contacts", path, "--mapping", "Nobody")
    with pytest.raises(CommandError, match="None are kept"):
        import_data("orders", path, "--mapping", "Fair visitors")


def test_a_command_without_one_says_what_it_would_guess_and_what_it_does_not_know(house, tmp_path):
    path = written(tmp_path, "Customer no.,E-mail,Shoe size\nk9,mia@mail.example,39\n")
    with pytest.raises(CommandError) as refused:
        import_data("contacts", path)
    assert str(refused.value).endswith(
        'Say which it is with --map "Customer no."=external_id. By their names others would be: '
        '--map "Customer no."=external_id --map E-mail=email. No field is known for: Shoe size.'
    )
    said = import_data("contacts", path, "--map", "Customer no.=external_id")
    assert "Not every column was taken. By their names others would be: --map E-mail=email. No field is known" in said
    assert not Contact.objects.get(external_id="k9").points.exists(), "a command guesses nothing by itself"
