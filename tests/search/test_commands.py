"""What Ctrl-K offers to go to and to make: what the navigation and the "New" menu show, by how its words begin."""

import pytest

from crm.access import can
from crm.choices import Role, Verb
from crm.importing.forms import kinds_for
from crm.models import Company, ImportRun
from tests.factories import make_company, make_user, signed_in

pytestmark = pytest.mark.django_db
PALETTE = "/search/palette/"
HELP = {"First steps": "/start/", "Help": "/guide/"}


def offered(client, text: str = "") -> dict[str, str]:
    """Addresses by title."""
    groups = client.get(PALETTE, {"q": text}).context["groups"]
    return {hit.title: hit.url for group in groups if group.name == "commands" for hit in group.hits}


@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.ADMIN])
def test_a_person_is_offered_what_their_navigation_shows(role):
    make_company()
    client = signed_in(make_user(role))
    shell = client.get("/").context
    pages = {line.label: line.url for group in shell["nav"] for line in group.lines}
    new = {f"New {line.label.lower()}": line.url for line in shell["new_menu"]}
    found = offered(client)
    assert {title: url for title, url in found.items() if not title.startswith("Your ")} == pages | new | HELP
    assert len([title for title in found if title.startswith("Your ")]) == 3


def test_each_word_begins_a_word_of_what_is_offered():
    make_company()
    client = signed_in(make_user(Role.ADMIN))
    assert "New contact" in offered(client, "con NEW")
    assert "New contact" not in offered(client, "onta")
    assert offered(client, "zzz") == {}


def test_files_are_offered_of_the_kinds_that_a_person_may_bring_in():
    make_company()
    for role in (Role.ADMIN, Role.AGENT):
        person = make_user(role)
        kinds = kinds_for(person) if can(person, Verb.ADD, ImportRun) else []
        found = {title for title in offered(signed_in(person), "import") if title.startswith("Import ")}
        assert found <= {f"Import {kind.label.lower()}" for kind in kinds}
        assert bool(found) == (role == Role.ADMIN)


def test_who_must_set_up_a_second_factor_is_led_there():
    make_company()
    Company.objects.update(second_factor_roles=[Role.REP])
    answer = signed_in(make_user(Role.REP)).get(PALETTE)
    assert answer.status_code in (302, 403)
