"""`manage.py create_user`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from crm.models import LogEntry, Team, User

pytestmark = pytest.mark.django_db
GOOD = "a long pass phrase"


def create(*words: str) -> str:
    out = StringIO()
    call_command("create_user", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_somebody_new_may_sign_in():
    out = create("Mia.Keller@Company.example", "--role", "rep", "--team", "North", "--password", GOOD)
    user = User.objects.get()
    assert (user.email, user.name, user.role, user.team.name) == (
        "mia.keller@company.example",
        "Mia Keller",
        "rep",
        "North",
    )
    assert user.check_password(GOOD)
    assert "new team North" in out
    assert LogEntry.objects.get().object_id == user.pk


def test_the_same_address_in_other_letters_is_the_same_person():
    create("mia@company.example", "--role", "rep", "--password", GOOD)
    create("MIA@company.example", "--role", "manager", "--password", "another pass phrase")
    user = User.objects.get()
    assert user.role == "manager"
    assert user.check_password("another pass phrase")


def test_a_team_is_found_in_other_letters():
    Team.objects.create(name="North")
    create("mia@company.example", "--role", "rep", "--team", "north", "--password", GOOD)
    assert Team.objects.count() == 1


def test_without_a_password_an_old_one_stays():
    create("mia@company.example", "--role", "rep", "--password", GOOD)
    create("mia@company.example", "--role", "agent")
    assert User.objects.get().check_password(GOOD)


def test_without_a_terminal_somebody_new_needs_a_password():
    with pytest.raises(CommandError, match="--password"):
        create("mia@company.example", "--role", "rep")
    assert not User.objects.exists()


def test_a_weak_password_is_told():
    assert "A weak password" in create("mia@company.example", "--role", "rep", "--password", "demo")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("mia", "--role", "rep"), "“mia” is not an e-mail address"),
        (("mia@company.example", "--role", "boss"), "There is no role “boss”. The roles are rep,"),
    ],
)
def test_mistakes_are_named(words, sentence):
    with pytest.raises(CommandError, match=sentence):
        create(*words, "--password", GOOD)
