"""A person's own order of saved views: of their tabs alone, above the list and on the page of all views."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError

from crm.choices import Role
from crm.models import SavedView, User
from crm.saved_views.actions import create_view, delete_view, move_view
from crm.saved_views.showing import views_of
from tests.factories import make_company, make_team, make_user, signed_in

pytestmark = pytest.mark.django_db
NOTHING = {"filter": {"version": 1, "where": None}, "words": "", "columns": [], "sort": ""}
LIST = "service.ticket"


@pytest.fixture
def team():
    make_company()
    return make_team(name="Service")


def view(owner: User, name: str, label: str = LIST, **fields) -> SavedView:
    return create_view(actor=owner, label=label, shown=NOTHING, fields={"name": name, **fields})


def names(user: User, label: str = LIST) -> list[str]:
    return [one.name for one in views_of(User.objects.get(pk=user.pk), label)]


def test_an_agent_puts_their_tabs_in_order_and_nobody_elses_change(team):
    ann, ben = (make_user(Role.AGENT, name=name, team=team) for name in ("Ann", "Ben"))
    shared = view(ben, "Claims", team=team)
    mine, late = view(ann, "Mine"), view(ann, "Late ones")
    people = view(ann, "People", "contacts.contact")
    other = view(ann, "A list of people", "contacts.contact")
    assert names(ann) == ["Claims", "Late ones", "Mine"]
    client = signed_in(ann)
    for _ in range(2):
        answer = client.post(f"/views/{mine.pk}/move/", {"to": "up"})
        assert answer["Location"] == f"/views/#view-{mine.pk}"
    assert names(ann) == ["Mine", "Claims", "Late ones"]
    client.post(f"/views/{mine.pk}/move/", {"to": "up"})
    client.post(f"/views/{shared.pk}/move/", {"to": "down"})
    client.post(f"/views/{people.pk}/move/", {"to": "up"})
    assert names(ann) == ["Mine", "Late ones", "Claims"]
    assert names(ann, "contacts.contact") == ["People", "A list of people"]
    assert names(ben) == ["Claims"]
    page = client.get("/tickets/").content.decode()
    places = [page.index(f"?view={one.pk}") for one in (mine, late, shared)]
    assert places == sorted(places)
    page = client.get("/views/").content.decode()
    shown = re.findall(r'id="view-(\d+)"', page)
    assert [int(key) for key in shown] == [one.pk for one in (people, other, mine, late, shared)]
    assert page.count('value="up"') == 5 and page.count("disabled") == 4
    delete_view(actor=ann, view=late)
    assert names(ann) == ["Mine", "Claims"]
    view(ann, "Newest")
    assert names(ann) == ["Mine", "Claims", "Newest"], "what is new comes behind"
    ann.refresh_from_db()
    move_view(actor=ann, view=shared, is_up=True)
    assert late.pk not in (User.objects.get(pk=ann.pk).view_order or [])


def test_what_is_no_tab_of_the_person_is_not_moved(team):
    ann, admin = make_user(Role.AGENT, name="Ann", team=team), make_user(Role.ADMIN, name="Max")
    of_ann = view(ann, "Mine")
    with pytest.raises(ValidationError, match="no tab of yours"):
        move_view(actor=admin, view=of_ann, is_up=True)
    client = signed_in(admin)
    page = client.post(f"/views/{of_ann.pk}/move/", {"to": "up"}, follow=True).content.decode()
    assert "no tab of yours" in page and 'value="up"' not in page
    assert signed_in(make_user(Role.AGENT, name="Eve")).post(f"/views/{of_ann.pk}/move/").status_code == 404
