"""S29: what is too old goes by rule, whole or not at all; who is held, or has something open, stays; a trial counts."""

import datetime as dt
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from contacts.models import Contact, Hold, Interaction, PrivacyRequest, RetentionRule, RetentionRun
from contacts.privacy import actions, working
from contacts.privacy.retention import running
from contacts.privacy.retention.holds import end_hold, place_hold
from contacts.privacy.retention.rules import kinds, look, rules
from crm import jobs
from crm.choices import JobState, Role
from crm.database.owner import as_owner
from crm.models import JobRun, LogEntry, RowChange
from feedback.models import Response
from leads.models import Lead
from service.models import Ticket
from tests import factories as make
from tests.factories import signed_in
from tests.privacy.test_erasing import lines_with

pytestmark = pytest.mark.django_db(transaction=True)
OLD = timezone.now() - dt.timedelta(days=365 * 12)
WORD = "Zeppelin7q"


def aged(row, **fields):
    """The row as if it were of twelve years ago."""
    with as_owner():
        type(row)._base_manager.filter(pk=row.pk).update(**(fields or {"created_at": OLD, "updated_at": OLD}))
        RowChange.objects.filter(row_id=row.pk).update(at=OLD)
    return row


def turn_on(*keys, months=24):
    for key in keys:
        RetentionRule.objects.update_or_create(kind=key, defaults={"is_on": True, "months": months})


def night(actor=None, is_trial=False) -> RetentionRun:
    run = running.start_run(actor=actor, is_trial=is_trial)
    jobs.run_job(run.job_id)
    run.refresh_from_db()
    return run


def quiet(name, **more) -> Contact:
    return aged(make.make_contact(name=name, emails=(f"{name.split()[0].lower()}@old.example",), **more))


def test_who_never_ordered_goes_and_who_has_a_reason_to_stay_stays():
    make.make_company()
    gone = quiet(f"{WORD} Gone")
    held, dealing, fresh, bought = (quiet(f"{name} Stays") for name in ("Held", "Dealing", "Fresh", "Bought"))
    Hold.objects.create(contact=held, reason="A dispute")
    make.make_deal(contact=dealing, title="Frames")
    make.make_interaction(fresh)
    make.make_order(bought)
    for one in (held, dealing, bought):
        aged(one)
    turn_on("orders.enquirers")
    run = night()
    assert run.job.state == JobState.DONE, run.counts
    said = run.counts["orders.enquirers"]
    assert said["done"] == 1
    assert {tuple(one) for one in said["held"]} >= {
        ("a hold on their data", 1), ("an open deal", 1),
    }  # fmt: skip
    assert Contact.objects.get(pk=gone.pk).erased_at is not None
    assert set(Contact.objects.filter(erased_at=None).values_list("pk", flat=True)) >= {
        one.pk for one in (held, dealing, fresh, bought)
    }
    assert lines_with(WORD) == []
    asked = PrivacyRequest.objects.get(contact=gone)
    assert (asked.state, asked.reason, asked.job) == ("done", "time", run.job)


def test_an_old_order_keeps_a_customer_for_the_years_of_the_books_and_no_longer():
    make.make_company()
    customer = quiet("Customer Old")
    order = make.make_order(customer)
    nine_years = timezone.now() - dt.timedelta(days=365 * 9)
    type(order)._base_manager.filter(pk=order.pk).update(ordered_at=nine_years, created_at=OLD)
    aged(customer)
    turn_on("orders.former", months=60)
    assert night().counts["orders.former"]["done"] == 0
    RetentionRule.objects.filter(kind="orders.former").update(order_years=8)
    assert night().counts["orders.former"]["done"] == 1
    assert type(order)._base_manager.get(pk=order.pk).amount == order.amount


def test_a_lead_goes_with_all_that_hangs_on_it_and_the_row_stays():
    make.make_company()
    lead = make.make_lead(name=f"{WORD} Lead", email=f"{WORD.lower()}@old.example", source="fair")
    aged(lead, created_at=OLD, updated_at=OLD, status_at=OLD)
    again = make.make_lead(name="Again Lead", email="again@old.example")
    aged(again, created_at=OLD, status_at=OLD)
    turn_on("leads.never")
    assert lines_with(WORD)
    run = night()
    assert run.counts["leads.never"]["done"] == 1, run.counts
    lead.refresh_from_db()
    assert (lead.name, lead.email, lead.source) == ("Erased", "", "fair")
    assert lines_with(WORD) == []
    assert Lead.objects.get(pk=again.pk).email == "again@old.example"
    assert night().counts["leads.never"]["done"] == 0


def test_words_go_with_what_the_rows_were_before_and_what_is_counted_stays():
    make.make_company()
    contact = make.make_contact(name="Ada Lovelace")
    old, new = make.make_interaction(contact), make.make_interaction(contact)
    Interaction.objects.filter(pk=old.pk).update(occurred_at=OLD, subject=f"{WORD} rang", body=f"about {WORD}")
    Interaction.objects.filter(pk=old.pk).update(body=f"about {WORD} again")
    ticket = make.make_ticket(contact=contact, subject=f"{WORD} asks")
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=OLD, solved_at=OLD, waiting_since=None)
    response = make.make_response(contact)
    Response.objects.filter(pk=response.pk).update(comment=f"{WORD} is slow", answered_at=OLD)
    held = make.make_interaction(make.make_contact(name="Held Person"))
    Interaction.objects.filter(pk=held.pk).update(occurred_at=OLD, subject="Kept")
    Hold.objects.create(contact=held.contact, reason="An audit")
    turn_on("contacts.interactions", "service.tickets", "feedback.comments")
    run = night()
    assert run.job.state == JobState.DONE, run.counts
    assert lines_with(WORD) == []
    assert Interaction.objects.get(pk=old.pk).subject == "Erased"
    assert Interaction.objects.get(pk=new.pk).subject == new.subject
    assert Interaction.objects.get(pk=held.pk).subject == "Kept"
    assert run.counts["contacts.interactions"]["held"] == [["a hold on their data", 1]]
    assert Ticket.objects.get(pk=ticket.pk).state == "closed"
    again = night()
    assert again.total == 0


def test_a_trial_counts_and_changes_nothing():
    make.make_company()
    gone = quiet("Trial Person")
    before = Contact.objects.filter(pk=gone.pk).values().get()
    run = night(is_trial=True)
    assert set(run.counts) == set(kinds())
    said = run.counts["orders.enquirers"]
    assert (said["would"], said["first"]) == (1, [gone.pk])
    assert Contact.objects.filter(pk=gone.pk).values().get() == before
    client = signed_in(make.make_user(Role.ADMIN))
    page = client.get(run.get_absolute_url()).content.decode()
    assert "Trial Person" in page
    turn_on("orders.enquirers")
    rule = RetentionRule.objects.get(kind="orders.enquirers")
    assert "Trial Person" in client.get(reverse("privacy:retention_rule", args=[rule.pk])).content.decode()
    assert "Works" in client.get(reverse("privacy:retention")).content.decode()


def test_a_night_that_dies_has_done_whole_parts_and_the_next_attempt_goes_on(monkeypatch):
    make.make_company()
    contact = make.make_contact(name="Ada Lovelace")
    rows = [make.make_interaction(contact) for _ in range(5)]
    Interaction.objects.update(occurred_at=OLD, subject=WORD)
    turn_on("contacts.interactions")
    monkeypatch.setattr(running, "AT_ONCE", 2)

    class Killed(BaseException):
        """As a signal that ends the process."""

    calls = iter((None, Killed()))

    def die(name):
        if error := next(calls):
            raise error

    monkeypatch.setattr(running, "failpoint", die)
    run = running.start_run(actor=None, is_trial=False)
    with pytest.raises(Killed):
        jobs.run_job(run.job_id)
    connection.close()
    assert Interaction.objects.filter(subject=WORD).count() == 3
    run.refresh_from_db()
    assert run.counts["contacts.interactions"]["done"] == 2
    monkeypatch.setattr(running, "failpoint", lambda name: None)
    jobs.run_job(run.job_id)
    run.refresh_from_db()
    assert run.counts["contacts.interactions"]["done"] == len(rows)
    assert not Interaction.objects.filter(subject=WORD).exists()


def test_a_fault_in_one_stops_neither_the_others_nor_the_other_rules(monkeypatch):
    make.make_company()
    one, two = quiet("One Person"), quiet("Two Person")
    make.make_interaction(make.make_contact(name="Ada Lovelace"))
    Interaction.objects.update(occurred_at=OLD, subject=WORD)
    turn_on("orders.enquirers", "contacts.interactions")
    planned = working.plan_erasure

    def fails(persons):
        if persons[0].pk == one.pk:
            raise RuntimeError("a row that cannot be read")
        return planned(persons)

    monkeypatch.setattr(working, "plan_erasure", fails)
    run = night()
    assert run.job.state == JobState.FAILED
    assert "people could not be erased" in run.counts["orders.enquirers"]["fault"]
    assert Contact.objects.get(pk=one.pk).erased_at is None
    assert Contact.objects.get(pk=two.pk).erased_at is not None
    assert not Interaction.objects.filter(subject=WORD).exists()
    monkeypatch.undo()
    assert night().job.state == JobState.DONE
    assert Contact.objects.get(pk=one.pk).erased_at is not None


def test_a_rule_that_fails_stops_no_other(monkeypatch):
    make.make_company()
    make.make_interaction(make.make_contact(name="Ada Lovelace"))
    Interaction.objects.update(occurred_at=OLD, subject=WORD)
    turn_on("leads.never", "contacts.interactions")
    looked = running.look

    def fails(rule):
        if rule.kind.key == "leads.never":
            raise RuntimeError("a table that cannot be read")
        return looked(rule)

    monkeypatch.setattr(running, "look", fails)
    run = night()
    assert run.job.state == JobState.FAILED
    assert "cannot be read" in run.counts["leads.never"]["fault"]
    assert not Interaction.objects.filter(subject=WORD).exists()


def test_a_hold_stops_an_erasure_even_one_that_was_asked_before():
    make.make_company()
    contact = make.make_contact(name="Ada Lovelace")
    asked = actions.ask_for_erasure(actor=None, contact=contact, reason="asked")
    hold = place_hold(actor=None, contact=contact, reason="A dispute")
    jobs.run_job(asked.job_id)
    asked.refresh_from_db()
    contact.refresh_from_db()
    assert (asked.state, contact.name, contact.archived_at) == ("refused", "Ada Lovelace", None)
    with pytest.raises(Exception, match="Their data are held: A dispute"):
        actions.ask_for_erasure(actor=None, contact=contact, reason="asked")
    end_hold(actor=None, hold=hold)
    again = actions.ask_for_erasure(actor=None, contact=contact, reason="asked")
    jobs.run_job(again.job_id)
    assert Contact.objects.get(pk=contact.pk).name == "Erased person"
    assert JobRun.objects.filter(kind="erasure").count() == 2


def test_rows_of_sign_ins_and_of_the_history_go_by_their_age_but_not_while_somebody_is_held():
    make.make_company()
    user = make.make_user(Role.REP)
    contact = make.make_contact(name="Ada Lovelace")
    Contact.objects.filter(pk=contact.pk).update(industry="Glass")
    with as_owner():
        LogEntry.objects.create(verb="sign in", model="crm.user", object_id=user.pk, summary="Signed in")
        LogEntry.objects.filter(verb="sign in").update(at=OLD)
        RowChange.objects.update(at=OLD)
    turn_on("crm.sign_ins", "crm.history")
    hold = Hold.objects.create(contact=contact, reason="A dispute")
    run = night()
    assert run.job.state == JobState.DONE, run.counts
    assert not LogEntry.objects.filter(verb="sign in").exists()
    assert RowChange.objects.filter(table_name="contacts_contact", operation="U").exists()
    end_hold(actor=None, hold=hold)
    night()
    assert not RowChange.objects.filter(operation="U", at__lte=OLD).exists()
    assert RowChange.objects.filter(operation="I").exists()


def test_every_kind_ships_off_with_a_rule_and_can_be_counted():
    shipped = import_module("contacts.migrations.0007_shipped_rules").MONTHS
    assert shipped == {key: kind.months for key, kind in kinds().items()}
    assert not any(rule.is_on for rule in rules())
    for rule in rules():
        assert look(rule).would == 0
