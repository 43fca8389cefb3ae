"""A segment of a pasted list: entries however they stand, who is found, who is not, and a million lines."""

import io
import os
import resource
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from campaigns.models import Segment, SegmentMember, SendingRules
from campaigns.segments.listing import bring_list
from campaigns.segments.pasted import entries_in, write_entries
from campaigns.sending import actions
from contacts.models import Contact, ContactPoint
from crm.choices import FieldRight, JobState, Role, Scope, Verb
from crm.importing.errors import UnreadableFile
from crm.jobs import run_job
from crm.models import AccessRule, FieldRule, ImportRun, JobRun
from tests.campaigns.sample import agreed, ready, segment_of
from tests.factories import make_company, make_contact, make_team, make_user, signed_in
from tests.importing.tables import brought_in, written

LINES = int(os.environ.get("CRM_DRILLS_PASTED", "1000000" if os.environ.get("CRM_DRILLS") else "60000"))


@pytest.fixture
def house(db):
    make_company(country="DE")
    return make_user(Role.MARKETER)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("a@x.example\nb@x.example\r\nc@x.example\rd@x.example", 4),
        ("a@x.example, b@x.example;c@x.example\td@x.example|e@x.example f@x.example", 6),
        ('"Keller, Mia" <a@x.example>; Bo Li <b@x.example>', 2),
        ("E-mail;Name;City\na@x.example;Mia;Ulm\nb@x.example;Bo;Bonn", 5),
        ("<a@x.example>,mailto:b@x.example,'c@x.example'.", 3),
        ("K-17\n\n  K-18 \n\"K-19\"\n+49 731 12345, 0731/9876", 5),
        ("\ufeffa@x.example\u2028b@x.example\n\u200b\n,,;;\n\n", 2),
        ("a@x.example\x00b\n@@@\n<>\n@", 4),
        ("a@x.example@b@x.example, .c@x.example. @d e@ f@@x", 3),
    ],
)  # fmt: skip
def test_entries_are_found_however_the_list_is_written(text, entries):
    found = list(entries_in([text]))
    assert len(found) == entries, found
    assert list(entries_in(list(text))) == found  # wherever a block ends
    assert not any(sign in one for one in found for sign in '\n\r\t,;|"')


@pytest.mark.parametrize("line", ["@," + "a" * 900_000, "a" + " " * 900_000 + "b", "a@" * 450_000])
def test_a_long_line_is_read_once(line):
    """Half an hour, where each sign of it is a place to begin to look."""
    assert sum(map(len, entries_in([line]))) > 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_a_list_in_any_encoding_is_read(tmp_path, encoding):
    (tmp_path / "given").write_bytes("Jörg Müller <joerg@x.example>\nK-Ä17\nmia@x.example\n".encode(encoding))
    target = io.StringIO()
    assert write_entries(tmp_path / "given", target) == 3
    said = target.getvalue().split("\n")
    assert (said[0], said[1], said[3]) == ("entry", "joerg@x.example", "mia@x.example")
    assert encoding == "mac_roman" or said[2] == "K-Ä17"


def test_what_is_no_list_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "given").write_text(" ,;\n \n")
    with pytest.raises(UnreadableFile, match="nothing in the list"):
        write_entries(tmp_path / "given", io.StringIO())
    with pytest.raises(UnreadableFile, match="This is no list"):
        list(entries_in(["x" * 700_000] * 3))


@pytest.mark.django_db(transaction=True)
def test_a_pasted_list_becomes_a_segment_of_whom_is_known_and_nobody_is_made():
    make_company(country="DE")
    user = make_user(Role.MARKETER)
    mia = make_contact(name="Mia", emails=("mia@x.example",), external_id="K-1")
    bo = make_contact(name="Bo", phones=("+4973112345",))
    twins = [make_contact(name=name, emails=("team@x.example",)) for name in ("Ann", "Tom")]
    away = make_contact(name="Old", emails=("old@x.example",))
    Contact.objects.filter(pk=away.pk).update(archived_at=away.created_at)
    merged = make_contact(name="Mia K", external_id="K-9")
    Contact.objects.filter(pk=merged.pk).update(merged_into=mia, merged_at=mia.created_at, archived_at=mia.created_at)
    before = Contact.objects.count()
    browser = signed_in(user)
    known = "Mia <MIA@x.example>\n0731 12345\nteam@x.example\nK-9; K-1\nmia@x.example\n"
    text = f"{known}nobody@x.example\n=cmd()\nold@x.example"
    answer = browser.post("/segments/from-a-list/", {"name": " Not  now ", "text": text})
    job = JobRun.objects.get(kind="import")
    assert answer["Location"] == job.get_absolute_url()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    segment = Segment.objects.get()
    members = set(SegmentMember.objects.filter(segment=segment).values_list("contact", flat=True))
    assert members == {mia.pk, bo.pk, *(one.pk for one in twins)}
    assert (segment.name, segment.is_fixed, segment.from_list, segment.size, segment.owner) == (
        "Not now", True, True, 4, user,
    )  # fmt: skip
    result = ImportRun.objects.get().result
    assert (result["rows"], result["created"], result["rejected"]) == (9, 4, 3)
    said = " ".join(result["notes"])
    assert "1 entries fit several contacts each" in said
    rejected = ImportRun.objects.get().rejected_file.file.read().decode("utf-8-sig")
    assert "nobody@x.example" in rejected and "old@x.example" in rejected and "'=cmd()" in rejected
    assert "no contact whom you may see" in rejected
    assert Contact.objects.count() == before
    page = browser.get(segment.get_absolute_url()).content.decode()
    assert "a list that was brought" in page
    again = browser.post("/segments/from-a-list/", {"name": "not now", "text": text})
    assert (again.status_code, "There is a segment of this name already" in again.content.decode()) == (422, True)
    assert "nobody@x.example" in again.content.decode()  # what was pasted is kept


def test_the_page_takes_one_list_and_refuses_what_is_too_long_at_once(house):
    browser = signed_in(house)
    for data, said in (
        ({"name": "A"}, "one of both"),
        ({"name": "A", "text": " \n "}, "one of both"),
        ({"name": "A", "text": ",;,"}, "nothing in the list"),
        ({"name": "A", "text": "a@x.example," * 50_000}, "bring the list as a file"),
        ({"name": "A", "text": "a@x", "file": SimpleUploadedFile("a.txt", b"b@x")}, "one of both"),
        ({"name": "A", "file": SimpleUploadedFile("a.txt", b"\x7fELF" + b"\0" * 200)}, ""),
    ):
        answer = browser.post("/segments/from-a-list/", data)
        assert answer.status_code == 422 or not said
        assert said in answer.content.decode()
    assert not Segment.objects.exists()
    page = browser.get("/segments/from-a-list/").content.decode()
    assert "data-long-as-file" in page
    assert 'maxlength="500' not in page  # a browser would cut the list without a word
    assert signed_in(make_user(Role.REP)).get("/segments/from-a-list/").status_code == 403


def test_who_is_out_of_sight_is_not_found_and_a_live_segment_takes_no_list(house, tmp_path):
    team = make_team()
    rep = make_user(Role.MARKETER, team=team)
    AccessRule.objects.create(role=Role.MARKETER, model="contacts.contact", verb=Verb.VIEW, scope=Scope.OWN)
    make_contact(name="Mine", emails=("mine@x.example",), owner=rep)
    make_contact(name="Theirs", emails=("theirs@x.example",), owner=make_user())
    live = segment_of("p", "Live")
    text = "segment,email\nA,mine@x.example\nA,theirs@x.example\nlive,mine@x.example\nA,never@x.example\n"
    rep = type(rep).objects.get(pk=rep.pk)
    found = brought_in("segment_members", written(tmp_path, text), actor=rep, mapped=["email=who"])
    assert (found.counts.created, found.rejected) == (1, 3)
    reasons = [one.partition(": ")[2] for one in found.examples]
    assert len({one for one in found.examples if "no contact whom you may see" in one}) == 2, reasons
    assert any("holds who meets a filter" in one for one in found.examples)
    assert not SegmentMember.objects.filter(segment=live).exists()


def test_the_id_of_who_is_out_of_sight_hides_no_number(house, tmp_path):
    AccessRule.objects.create(role=Role.MARKETER, model="contacts.contact", verb=Verb.VIEW, scope=Scope.OWN)
    mine = make_contact(name="Mine", phones=("+4973112345",), owner=house)
    make_contact(name="Theirs", external_id="073112345", owner=make_user())
    make_contact(name="Theirs too", phones=("+4973167890",), owner=make_user())
    text = "segment,who\nA,073112345\nA,073167890\n"
    found = brought_in("segment_members", written(tmp_path, text), actor=type(house).objects.get(pk=house.pk))
    assert (found.counts.created, found.rejected) == (1, 1)
    assert SegmentMember.objects.get().contact == mine


@pytest.mark.parametrize("field", ["email", "phone", "external_id"])
def test_a_list_tells_nobody_whose_a_hidden_field_is(house, tmp_path, field):
    FieldRule.objects.create(role=Role.MARKETER, model="contacts.contact", field=field, right=FieldRight.HIDDEN)
    said = {"email": "a@x.example", "phone": "+4973112345", "external_id": "K-1"}
    owners = {
        "email": make_contact(name="A", emails=(said["email"],)),
        "phone": make_contact(name="B", phones=(said["phone"],)),
        "external_id": make_contact(name="C", external_id=said["external_id"]),
    }
    text = "segment,who\n" + "".join(f"A,{one}\n" for one in said.values())
    found = brought_in("segment_members", written(tmp_path, text), actor=type(house).objects.get(pk=house.pk))
    assert (found.counts.created, found.rejected) == (2, 1)
    seen = {one.pk for name, one in owners.items() if name != field}
    assert set(SegmentMember.objects.values_list("contact", flat=True)) == seen


def test_an_entry_that_fits_one_contact_twice_fits_one(house, tmp_path):
    make_contact(name="Mia", emails=("mia@x.example",), external_id="mia@x.example")
    found = brought_in("segment_members", written(tmp_path, "segment,who\nA,mia@x.example\n"), actor=house)
    assert (found.counts.created, found.counts.notes) == (1, [])


def test_a_list_that_grows_makes_an_approval_void_and_keeps_its_people_out(house, tmp_path):
    SendingRules.objects.create(pk=1, approval_above=2)
    people = agreed(4)
    brought_in("segment_members", written(tmp_path, "segment,who\nOut,p0@drill.example\n"), actor=house)
    out = Segment.objects.get(name="Out")
    campaign = ready(house)
    actions.set_audience(
        actor=house, campaign=campaign, version=campaign.version, fields={},
        segments=[campaign.audience.get().segment], without=[out],
    )  # fmt: skip
    actions.ask_approval(actor=house, campaign=campaign)
    actions.approve_campaign(actor=make_user(), campaign=campaign)
    brought_in("segment_members", written(tmp_path, "segment,who\nout,P1@drill.example\n"), actor=house)
    campaign.refresh_from_db()
    assert campaign.approved_at is None
    SendingRules.objects.update(approval_above=100)
    assert actions.launch_campaign(actor=house, campaign=campaign) == 2
    kept = set(campaign.recipients.values_list("contact", flat=True))
    assert kept == {people[2].pk, people[3].pk}


@pytest.mark.django_db(transaction=True)
def test_a_million_lines_are_read_in_constant_memory():
    """60,000 lines in the suite; a million by `make drills`, or so many as `CRM_DRILLS_PASTED` says."""
    make_company()
    user = make_user(Role.MARKETER)
    agreed(200)
    line = "Person {n} <P{n}@drill.example>;\r\n"
    text = io.BytesIO("".join(line.format(n=n % (LINES * 9 // 10)) for n in range(LINES)).encode())
    tracemalloc.start()
    job = bring_list(actor=user, name="A million", source=text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000, f"{peak / 1e6:.0f} MB to cut the list up"
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run_job(job.pk)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held
    assert grown < 300_000, f"{grown / 1000:.0f} MB to import it"
    job.refresh_from_db()
    assert job.state == JobState.DONE, job.error
    segment = Segment.objects.get()
    assert (segment.size, ContactPoint.objects.count()) == (200, 200)
    result = ImportRun.objects.get().result
    twice = sum(n % (LINES * 9 // 10) < 200 for n in range(LINES)) - 200
    assert (result["rows"], result["created"], result["unchanged"]) == (LINES, 200, twice)
    assert result["rejected"] == LINES - 200 - twice
