"""Whoever changes a row and however, what it was is kept: page, bulk, raw SQL, COPY."""

import pytest
from django.db import connection, transaction

from contacts.models import Contact
from crm.acting import acting
from crm.jobs import run_job, start_job
from crm.models import RowChange, Team
from tests.factories import make_contact, make_team, make_user, signed_in

COPY = "COPY crm_team (name) FROM STDIN"


def changes_of(record) -> list[RowChange]:
    return list(RowChange.objects.filter(table_name=record._meta.db_table, row_id=record.pk).order_by("id"))


def copy_teams(count: int) -> None:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for number in range(count):
            copy.write_row([f"Copied {number}"])


def test_a_change_keeps_the_row_as_it_was(db):
    contact = make_contact(name="Ada", city="London")
    Contact.objects.filter(pk=contact.pk).update(name="Ada L.")
    last = changes_of(contact)[-1]
    assert (last.operation, last.was["name"], last.was["id"]) == ("U", "Ada", contact.pk)
    assert "search_text" not in (last.was or {})


def test_a_statement_that_changes_nothing_leaves_no_row(db):
    contact = make_contact()
    before = len(changes_of(contact))
    Contact.objects.filter(pk=contact.pk).update(name=contact.name)
    assert len(changes_of(contact)) == before


def test_a_column_that_is_left_out_makes_no_row(db):
    contact = make_contact()
    before = len(changes_of(contact))
    Contact.objects.filter(pk=contact.pk).update(search_text="something else")
    assert len(changes_of(contact)) == before


def test_a_deletion_keeps_the_row_and_what_it_hung_on(db):
    contact = make_contact(emails=("ada@example.org",))
    point = contact.points.get()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts_contactpoint WHERE id = %s", [point.pk])
    gone = changes_of(point)[-1]
    assert (gone.operation, gone.was["value"], gone.parent_id) == ("D", "ada@example.org", contact.pk)


def test_a_bulk_change_after_many_of_one_row_takes_no_plan_from_them(db):
    """Eight thousand rows are done in a second; each compared with each, as by a plan for one row, in thirty."""
    copy_teams(8_000)
    team = Team.objects.get(name="Copied 0")
    for number in range(8):
        Team.objects.filter(pk=team.pk).update(name=f"Changed {number}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10s'")
        cursor.execute("UPDATE crm_team SET name = name || ' of the north'")
    assert RowChange.objects.filter(table_name="crm_team", operation="U").count() == 8_008


def test_copied_rows_are_one_row_of_the_history_and_say_who(db):
    with acting(actor_id=7, job_id=8):
        copy_teams(500)
    made = RowChange.objects.get(table_name="crm_team")
    assert (made.operation, made.last_id - made.row_id + 1, made.actor_id, made.job_id) == ("I", 500, 7, 8)


def test_numbers_with_a_gap_are_two_rows(db):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO crm_team (id, name) VALUES (901, 'a'), (902, 'b'), (905, 'c')")
    made = RowChange.objects.filter(table_name="crm_team").order_by("row_id").values_list("row_id", "last_id")
    assert list(made) == [(901, 902), (905, 905)]


def test_an_upsert_keeps_new_and_changed_rows_apart(db):
    team = make_team(name="There")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO crm_team (id, name) VALUES (%s, 'Changed'), (9001, 'New')"
            " ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            [team.pk],
        )
    assert [change.operation for change in changes_of(team)] == ["I", "U"]
    assert RowChange.objects.get(table_name="crm_team", row_id=9001).operation == "I"


def test_who_acts_ends_with_the_door(db):
    with acting(actor_id=7):
        inside = make_team()
    outside = make_team()
    assert [changes_of(inside)[0].actor_id, changes_of(outside)[0].actor_id] == [7, None]


def test_who_acts_is_told_again_after_a_rollback(db):
    with acting(actor_id=7):
        with transaction.atomic():
            make_team()
            transaction.set_rollback(True)
        assert changes_of(make_team())[0].actor_id == 7


def test_a_refused_statement_does_not_change_who_acts(db):
    """The words cannot be told inside a failed transaction; the rollback goes through all the same."""
    with pytest.raises(ZeroDivisionError), transaction.atomic(), acting(actor_id=7):
        make_team()
        with pytest.raises(Exception, match="does not exist"), connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")
        raise ZeroDivisionError
    assert changes_of(make_team())[0].actor_id is None


@pytest.mark.django_db(transaction=True)
def test_a_statement_of_its_own_says_who():
    with acting(actor_id=7, request_id="abc"):
        copy_teams(2)
        team = make_team()
    assert {(row.actor_id, row.request_id) for row in RowChange.objects.all()} == {(7, "abc")}
    assert changes_of(team)


def test_a_page_says_who(db):
    user = make_user()
    contact = make_contact(owner=user)
    signed_in(user).post(f"/contacts/{contact.pk}/archive/")
    last = changes_of(contact)[-1]
    assert (last.actor_id, last.was["archived_at"], len(last.request_id)) == (user.pk, None, 16)
    entry = user.log_entries.get(verb="archive")
    assert entry.request_id == last.request_id


@pytest.mark.django_db(transaction=True)
def test_a_job_says_who_and_which():
    user = make_user()
    job = start_job(actor=user, kind="rename teams", title="Rename")
    team = make_team()
    run_job(job.pk)
    last = changes_of(team)[-1]
    assert (last.operation, last.actor_id, last.job_id) == ("U", user.pk, job.pk)


@pytest.mark.django_db(transaction=True)
def test_who_acts_is_told_again_after_a_whole_transaction_is_rolled_back():
    with acting(actor_id=7):
        with transaction.atomic():
            make_team()
            transaction.set_rollback(True)
        assert changes_of(make_team())[0].actor_id == 7


@pytest.mark.django_db(transaction=True)
def test_who_acted_before_does_not_come_back_with_a_rollback():
    """What a connection was told inside a transaction goes with it: before that stood somebody else."""
    with acting(actor_id=7):
        make_team()
    with acting(actor_id=8), transaction.atomic():
        make_team()
        transaction.set_rollback(True)
    with acting(actor_id=8):
        assert changes_of(make_team())[0].actor_id == 8


def test_who_acts_is_told_again_after_a_savepoint_is_rolled_back(db):
    """What was told inside the savepoint is undone with it; the connection then stands as it did before."""
    with acting(actor_id=7):
        make_team()
        mark = transaction.savepoint()
    with acting(actor_id=8):
        make_team()
        transaction.savepoint_rollback(mark)
        assert changes_of(make_team())[0].actor_id == 8


@pytest.mark.django_db(transaction=True)
def test_a_connection_of_the_pool_says_nothing_of_who_had_it_before():
    """Given back and taken again, it still holds the words of another request."""
    with acting(actor_id=7):
        make_team()
        raw = connection.connection
        words = raw.execute("SELECT current_setting('crm.acting', true)").fetchone()[0]
    assert "7" in words
    fresh = connection.copy()
    fresh._told = words  # as this wrapper was left by the request before
    fresh.get_new_connection(fresh.get_connection_params()).close()
    assert fresh._told is None
