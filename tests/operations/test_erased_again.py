"""R14: who was erased after a backup was made is erased again when it is put back; the command says so."""

import shutil

import psycopg
import pytest

from contacts.models import ErasedPerson
from contacts.privacy.actions import ask_for_erasure
from contacts.privacy.ledger import FOLDER
from crm import jobs
from crm.embedded.places import OWNER_ROLE
from tests.factories import make_company, make_contact, make_order, make_user
from tests.operations.test_backup import Instance, backed_up, other, uploads  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Zeppelin7q Person"


def erase(contact) -> None:
    asked = ask_for_erasure(actor=None, contact=contact, reason="asked")
    jobs.run_job(asked.job_id)
    contact.refresh_from_db()
    assert contact.erased_at is not None


def names_in(instance: Instance) -> list[str]:
    with psycopg.connect(instance.url(OWNER_ROLE)) as line:
        return sorted(row[0] for row in line.execute("SELECT name FROM contacts_contact"))


def history_of(instance: Instance) -> str:
    with psycopg.connect(instance.url(OWNER_ROLE)) as line:
        return str(line.execute("SELECT string_agg(was::text, ' ') FROM crm_rowchange").fetchone())


@pytest.mark.timeout(400)
def test_an_older_backup_does_not_bring_an_erased_person_back(other, uploads, tmp_path):  # noqa: F811
    make_company()
    make_user(role="admin")
    gone, stays = make_contact(name=NAME, emails=("zeppelin7q@birds.example",)), make_contact(name="Somebody Else")
    make_order(gone)
    type(gone).objects.filter(pk=gone.pk).update(industry="Glass")
    old = backed_up(tmp_path / "old.tar")
    erase(gone)
    assert ErasedPerson.objects.get().row == gone.pk
    new = backed_up(tmp_path / "new.tar")

    # a machine that knows nothing of it: the newer backup says who
    without = other.manage("restore", str(old))
    assert without.returncode == 0, without.stderr
    assert names_in(other) == sorted([NAME, stays.name])
    told = other.manage("restore", str(old), "--force", "--newer", str(new))
    assert told.returncode == 0, told.stderr
    assert "Erased again, as since this backup was made: 1\xa0person." in told.stdout
    assert names_in(other) == ["Erased person", stays.name]
    assert "Zeppelin7q" not in history_of(other)

    # it knows now, beside its uploads and in its table: no newer backup is needed
    again = other.manage("restore", str(old), "--force")
    assert "Erased again" in again.stdout
    assert names_in(other) == ["Erased person", stays.name]
    with psycopg.connect(other.url(OWNER_ROLE), autocommit=True) as line:
        line.execute("DROP SCHEMA public CASCADE")
        line.execute("CREATE SCHEMA public")
    assert "Erased again" in other.manage("restore", str(old)).stdout
    shutil.rmtree(other.folder / "uploads" / FOLDER)
    by_table = other.manage("restore", str(old), "--force")
    assert "Erased again" in by_table.stdout, by_table.stderr

    # the same number in the database of another company is somebody else
    with psycopg.connect(other.url(OWNER_ROLE), autocommit=True) as line:
        line.execute("UPDATE contacts_contact SET erased_at = NULL, created_at = created_at + interval '1 microsecond'")
    assert "Nobody is to be erased again" in other.manage("erase", "--again").stdout
