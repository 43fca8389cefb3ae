"""S28: many people are erased at once by whoever may, each whole or not at all; who cannot be is told with a reason."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from contacts.models import Contact, Hold, PrivacyRequest
from contacts.privacy import many, working
from crm import jobs
from crm.choices import JobState, Role
from crm.models import JobRun
from tests import factories as make
from tests.api.calls import Caller
from tests.factories import signed_in
from tests.privacy.test_erasing import lines_with

pytestmark = pytest.mark.django_db(transaction=True)
WORD = "Zeppelin7q"


def people(count: int) -> list[Contact]:
    return [
        make.make_contact(
            name=f"{WORD} Nr{one}", emails=(f"{WORD.lower()}{one}@birds.example",), external_id=f"Z-{one}"
        )
        for one in range(count)
    ]


def keys_of(contacts) -> list[int]:
    return [one.pk for one in contacts]


def test_the_page_shows_who_goes_and_who_not_and_asks_for_the_number():
    make.make_company()
    chosen = people(3)
    held, firm = make.make_contact(name="Held Person"), make.make_contact(name="Aviary Ltd", kind="organization")
    Hold.objects.create(contact=held, reason="A dispute")
    make.make_deal(contact=chosen[0], title="Frames")
    client, address = signed_in(make.make_user(Role.ADMIN)), reverse("privacy:erase_many")
    sent = {"pk": keys_of([*chosen, held, firm]), "reason": "asked", "shown": many.look_at(chosen).mark}
    page = client.get(address, {"pk": sent["pk"]}).content.decode()
    assert f'name="shown" value="{sent["shown"]}"' in page
    assert "Erase 3\xa0people" in page
    assert "an open deal (1)" in page
    assert "their data are held" in page
    assert "only persons are erased" in page
    wrong = client.post(address, sent | {"typed": "5"})
    assert wrong.status_code == 422
    assert not PrivacyRequest.objects.exists()
    answer = client.post(address, sent | {"typed": "3"})
    job = JobRun.objects.get(kind="erasure")
    assert answer["Location"] == job.get_absolute_url()
    jobs.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result["erased"], job.result["not_erased"]) == (JobState.DONE, 3, 2)
    assert lines_with(WORD) == []
    assert set(Contact.objects.filter(erased_at=None)) == {held, firm}
    shown = client.get(job.get_absolute_url()).content.decode()
    assert "their data are held" in shown


def test_all_that_match_are_those_that_were_shown_or_nobody():
    make.make_company()
    people(2)
    client, address = signed_in(make.make_user(Role.ADMIN)), reverse("privacy:erase_many")
    sent = {"all": "1", "filter": "", "q": WORD, "reason": "asked", "typed": "2"}
    page = client.get(address, {"all": "1", "q": WORD}).content.decode()
    shown = re.search(r'name="shown" value="(\w+)"', page)[1]
    Contact.objects.filter(external_id="Z-0").update(name="Somebody Else", sort_name="somebody else", search_text="")
    other = make.make_contact(name=f"{WORD} Unseen")
    answer = client.post(address, sent | {"shown": shown})
    assert answer.status_code == 422
    assert "The list changed" in answer.content.decode()
    assert not PrivacyRequest.objects.exists()
    assert client.post(address, sent).status_code == 422
    again = re.search(r'name="shown" value="(\w+)"', answer.content.decode())[1]
    assert client.post(address, sent | {"shown": again}).status_code == 302
    assert PrivacyRequest.objects.filter(contact=other).exists()


def test_it_takes_the_right_to_erase():
    make.make_company()
    chosen = people(1)
    manager = signed_in(make.make_user(Role.MANAGER))
    assert manager.get(reverse("privacy:erase_many"), {"pk": keys_of(chosen)}).status_code == 403
    sent = {"pk": keys_of(chosen), "reason": "asked", "typed": "1"}
    assert manager.post(reverse("privacy:erase_many"), sent).status_code == 403
    bulk = reverse("contacts:contact_bulk")
    leads = signed_in(make.make_user(Role.ADMIN)).get(bulk, {"op": "erase", "pk": keys_of(chosen)})
    assert leads["Location"] == f"{reverse('privacy:erase_many')}?pk={chosen[0].pk}"
    assert 'data-bulk-op="erase"' not in manager.get(reverse("contacts:contact_list")).content.decode()
    assert not JobRun.objects.filter(kind="erasure").exists()


def test_one_that_cannot_be_erased_stops_no_other_and_is_told(monkeypatch):
    make.make_company()
    chosen = people(4)
    planned = working.plan_erasure

    def fails(persons):
        if persons[0].pk == chosen[1].pk:
            raise RuntimeError("a row that cannot be read")
        return planned(persons)

    monkeypatch.setattr(working, "plan_erasure", fails)
    job = many.ask_for_many(actor=None, contacts=chosen, reason="asked")
    for _ in range(3):
        jobs.run_job(job.pk)
        JobRun.objects.filter(state=JobState.WAITING).update(due_at="2026-01-01T00:00Z")
    job.refresh_from_db()
    assert (job.state, job.result["erased"]) == (JobState.DONE, 3)
    assert job.result["refused"][0][1:] == [chosen[1].pk, "It failed three times: RuntimeError"]
    assert list(Contact.objects.filter(erased_at=None)) == [chosen[1]]
    assert PrivacyRequest.objects.get(contact=chosen[1]).state == "refused"


def test_the_command_erases_by_external_id_and_says_who_was_left(tmp_path):
    make.make_company()
    people(3)
    file, out = tmp_path / "ids.txt", StringIO()
    file.write_text("Z-1\n\nZ-2\n")
    call_command("erase", "Z-0", file=file, dry_run=True, json=True, stdout=out)
    assert json.loads(out.getvalue())["erased"] == 3
    assert not Contact.objects.exclude(erased_at=None).exists()
    out = StringIO()
    with pytest.raises(CommandError, match="Not everybody"):
        call_command("erase", "Z-0", "Z-77", file=file, json=True, stdout=out)
    assert json.loads(out.getvalue()) | {"jobs": []} == {
        "erased": 3, "refused": [], "unknown": ["Z-77"], "jobs": [], "dry_run": False,
    }  # fmt: skip
    assert lines_with(WORD) == []


def test_a_program_erases_and_asks_how_far_it_is_as_often_as_it_likes():
    make.make_company()
    (anna,) = people(1)
    admin = make.make_user(Role.ADMIN)
    call = Caller(make.make_token(admin))
    first = call.post(f"/contacts/{anna.pk}/erase", {"reason": "asked", "note": "by mail"})
    assert first.status_code == 202, first.content
    again = call.post(f"/contacts/{anna.pk}/erase", {"reason": "asked"})
    assert again.json() == first.json()
    jobs.run_job(first.json()["job_id"])
    assert call.get(f"/erasures/{first.json()['id']}").json()["state"] == "done"
    late = call.post(f"/contacts/{anna.pk}/erase", {"reason": "asked"})
    assert (late.status_code, late.json()["id"]) == (202, first.json()["id"])
    firm = make.make_contact(name="Aviary Ltd", kind="organization")
    assert call.post(f"/contacts/{firm.pk}/erase", {"reason": "asked"}).status_code == 422
    manager = Caller(make.make_token(make.make_user(Role.MANAGER)))
    assert manager.post(f"/contacts/{firm.pk}/erase", {"reason": "asked"}).status_code == 403
    reader = Caller(make.make_token(admin, "contacts:write"))
    assert reader.post(f"/contacts/{firm.pk}/erase", {"reason": "asked"}).status_code == 403
