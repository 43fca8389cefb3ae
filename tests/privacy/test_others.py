"""S28: an erasure takes whole words of theirs out of what tells of others, late rows too; every no is kept."""

import pytest

from campaigns.models import Campaign, Piece, Recipient
from contacts.choices import Answer, ConsentLevel
from contacts.models import Contact
from contacts.permission.actions import record_consent
from contacts.permission.rule import may_write
from contacts.privacy import erasing, working
from crm.choices import JobState
from crm.database.owner import as_owner
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.suppression import refused_among
from crm.models import JobRun, LogEntry, Note, OutgoingMail, RowChange, Task
from leads.models import OptOut
from tests import factories as make
from tests.privacy.test_erasing import erase

pytestmark = pytest.mark.django_db(transaction=True)


def history_of(contact: Contact) -> list[dict]:
    rows = RowChange.objects.filter(table_name="contacts_contact", row_id=contact.pk, was__isnull=False)
    return list(rows.values_list("was", flat=True))


def test_whole_words_of_theirs_alone_and_neither_keys_nor_numbers():
    make.make_company()
    anna = make.make_contact(
        name="Anna Meier", first_name="Anna", last_name="Meier", emails=("ann@x.example",), phones=("4930901820",),
        external_id="100000",
    )  # fmt: skip
    custom = {
        "Contact": "Anna Meier, ann@x.example",
        "Anna Meier": 4930901820,
        "sum": 100000.50,
        "joann": "joann@x.example",
    }
    firm = make.make_contact(name="Meier & Sons", kind="organization", custom=custom)
    custom_after = custom | {"Contact": "***, ***"}
    firm.industry = "Sausages"
    firm.save()
    job = JobRun.objects.create(
        kind="past", state=JobState.DONE, title="ANNA  MEIER and Jo-Anna Meier",
        parameters={"ids": [100000, 1000001, 4930901820], "text": "call 4930901820, not 14930901820: 100000 boxes"},
    )  # fmt: skip
    log(
        actor=None,
        verb="note",
        object=firm,
        summary="Anna Meier's mail ann@x.example. (joann@x.example, ann@x.example.org)",
    )
    assert erase(anna).state == "done"
    firm.refresh_from_db()
    job.refresh_from_db()
    assert firm.custom == custom_after
    assert "meier & sons" in firm.search_text
    assert job.title == "*** and Jo-Anna Meier"
    assert job.parameters == {
        "ids": [100000, 1000001, 4930901820], "text": "call ***, not 14930901820: 100000 boxes",
    }  # fmt: skip
    told = LogEntry.objects.get(verb="note").summary
    assert told == "***'s mail ***. (joann@x.example, ann@x.example.org)"
    assert history_of(firm)[-1]["custom"] == custom_after

    # somebody called by one name: other people's rows stay as they are
    martin = make.make_contact(name="created_at")
    Contact.objects.filter(pk=martin.pk).update(industry="Bread, as created_at says")
    other = make.make_contact(name="The created_at of others", custom={"created_at": "created_at"})
    Contact.objects.filter(pk=other.pk).update(industry="Rolls")
    erase(martin)
    other.refresh_from_db()
    assert other.custom == {"created_at": "created_at"}
    assert other.name in {was["name"] for was in history_of(other)}
    assert all("created_at" in was for was in history_of(other))
    assert "created_at" not in {was.get("name") for was in history_of(martin)}


def test_what_comes_in_while_they_are_erased_goes_too(monkeypatch):
    make.make_company()
    anna = make.make_contact(name="Anna Meier", emails=("ann@x.example",))
    campaign = Campaign.objects.create(name="Spring")
    called = make.make_contact(name="Someone Else")
    states = {}
    for contact in (anna, called):
        states[contact.pk] = Recipient.objects.create(campaign=campaign, contact=contact, state="waiting")
    letters = Campaign.objects.create(name="Letters")
    handed = Recipient.objects.create(campaign=letters, contact=anna, state="handed")
    task = Task.objects.create(
        title="Call Anna Meier", contact_id=anna.pk, record_model="contacts.contact", record_id=anna.pk
    )
    Piece.objects.create(
        recipient=handed, campaign=letters, code="K7QWM2XD9HPA", name="Anna Meier", place="Here", subject="",
        words="Dear", task_id=task.pk,
    )  # fmt: skip
    swept, planned = erasing.sweep, working.plan_erasure

    def late(persons, own, mark=""):
        swept(persons, own, mark)
        if mark:  # the late look, which comes after
            return
        send_mail(
            actor=None, kind="at_least_once", to="ann@x.example", subject="Late", text="Dear Anna", contact_id=anna.pk
        )
        Note.objects.create(
            record_model="contacts.contact", record_id=anna.pk, contact_id=anna.pk, text="Anna Meier rang"
        )

    def locked_before(persons):
        assert Contact.objects.get(pk=anna.pk).archived_at is not None
        return planned(persons)

    monkeypatch.setattr(erasing, "sweep", late)
    monkeypatch.setattr(working, "plan_erasure", locked_before)
    assert erase(anna).state == "done"
    assert set(OutgoingMail.objects.values_list("state", "recipient", "text")) == {("cancelled", "erased@invalid", "")}
    assert Note.objects.get().text == ""
    assert set(Recipient.objects.filter(contact=anna).values_list("state", "reason")) == {("cancelled", "Erased")}
    assert Recipient.objects.get(contact=called).state == "waiting"
    assert not Task.objects.filter(pk=task.pk).exists()


def test_every_no_is_kept_and_counts_from_the_last_erasure():
    make.make_company()
    mail = "mia@exämple.example"
    mia = make.make_contact(name="Mia Keller", emails=(mail,), phones=("+44 20 7946 0011",))
    record_consent(actor=None, contact=mia, channel="email", purpose="newsletter", level=ConsentLevel.NONE)
    record_consent(actor=None, contact=mia, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN)
    erase(mia)
    assert set(refused_among(["mia@xn--exmple-cua.example", "+442079460011"])) == {"mia@xn--exmple-cua.example"}

    again = make.make_contact(name="Mia Keller", emails=(mail,))
    assert may_write(again).answer == Answer.WITHDRAWN
    yes = record_consent(actor=None, contact=again, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN)
    assert may_write(again).answer == Answer.GRANTED
    record_consent(actor=None, contact=again, channel="email", purpose="marketing", level=ConsentLevel.NONE)
    erase(again)
    third = make.make_contact(name="M. Keller", emails=(mail,))
    record_consent(
        actor=None, contact=third, channel="email", purpose="marketing", level=ConsentLevel.OPT_IN,
        recorded_at=yes.recorded_at,
    )  # fmt: skip
    assert may_write(third).answer == Answer.WITHDRAWN  # a file with the yes from in between opens nothing

    ben = make.make_contact(name="Benjamin Lee", emails=("ben@birds.example",))
    lead = make.make_lead(name="B. Lee", email="ben@birds.example")
    with as_owner():
        OptOut.objects.create(lead=lead, email_key=lead.email_key, purpose="marketing")
    erase(ben)
    assert not OptOut.objects.filter(email_key__contains="@").exists()
    assert set(refused_among(["ben@birds.example"])) == {"ben@birds.example"}
