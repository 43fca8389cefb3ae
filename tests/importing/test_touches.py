"""Interactions and consents: linked to their contacts, only added, and the same file again adds nothing."""

from __future__ import annotations

import pytest

from contacts.choices import ConsentLevel
from contacts.models import Consent, Contact, ContactPoint, Interaction
from crm.choices import Role
from crm.models import User
from tests.factories import make_contact, make_team, make_user
from tests.importing.tables import brought_in, counts, written

pytestmark = pytest.mark.django_db
CALLS = """contact_external_id,occurred_at,channel,direction,subject,outcome,duration_seconds,user_email
c1,2026-01-05T10:00:00Z,call,inbound,Asked for a quote,wants it by mail,180,eve@crm.example
c1,2026-01-05T10:00:00Z,call,inbound,Asked for a quote,wants it by mail,180,eve@crm.example
c1,2026-01-06T10:00:00Z,kiosk,,Looked at chairs,,,
c2,2126-01-06T10:00:00Z,phone,out,Too early,,,
,2026-01-06T10:00:00Z,phone,out,Nobody,,,
"""
CONSENTS = """email,channel,purpose,state,recorded_at,source
Ann@example.org,email,marketing,granted,2026-01-05,form at the fair
ann@example.org,email,marketing,withdrawn,2026-02-05,link in a mail
bob@example.org,sms,,double opt-in,2026-02-06,app
bob@example.org,pigeon,,granted,2026-02-06,app
"""


def imported(kind, tmp_path, content, mapped=(), **options):
    return brought_in(kind, written(tmp_path, content), mapped, **options)


def test_touches_come_in_once_and_equal_ones_of_a_file_are_two(tmp_path):
    result = imported("interactions", tmp_path, CALLS)
    assert (counts(result), result.counts.related) == ((3, 0, 0, 2), {"contacts": 1, "users": 1})
    stored = Interaction.objects.order_by("id").values_list("contact__external_id", "channel", "direction", "subject")
    assert list(stored) == [
        ("c1", "phone", "in", "Asked for a quote"),
        ("c1", "phone", "in", "Asked for a quote"),
        ("c1", "kiosk", "in", "Looked at chairs"),
    ]
    assert User.objects.get(email="eve@crm.example").is_active is False
    assert counts(imported("interactions", tmp_path, CALLS)) == (0, 0, 3, 2)
    grown = CALLS + "c1,2026-01-05T10:00:00Z,call,inbound,Asked for a quote,,,\n"
    assert counts(imported("interactions", tmp_path, grown)) == (1, 0, 3, 2)


def test_a_touch_with_an_id_is_put_right_where_its_source_is(tmp_path):
    head = "external_id,contact_external_id,occurred_at,channel,subject\n"
    assert counts(imported("interactions", tmp_path, f"{head}i1,c1,2026-01-05,web,Chairs\n")) == (1, 0, 0, 0)
    twice = f"{head}i1,c1,2026-01-05,web,Tables\ni1,c1,2026-01-05,web,Lamps\n"
    assert counts(imported("interactions", tmp_path, twice)) == (0, 2, 0, 0)
    assert list(Interaction.objects.values_list("subject", flat=True)) == ["Lamps"]


def test_a_rep_logs_only_with_contacts_in_reach_and_in_the_own_name(tmp_path):
    rep, stranger = make_user(Role.REP, team=make_team()), make_user(Role.REP, team=make_team())
    make_contact(external_id="mine", owner=rep, team=rep.team)
    make_contact(external_id="theirs", owner=stranger, team=stranger.team)
    rows = f"mine,2026-01-05,phone,{rep.email}\nmine,2026-01-06,phone,{stranger.email}\ntheirs,2026-01-05,phone,\n"
    result = imported(
        "interactions", tmp_path, f"contact_external_id,occurred_at,channel,user_email\n{rows}", actor=rep
    )
    assert counts(result) == (1, 0, 0, 2)


def test_consents_by_address_make_a_ledger(tmp_path):
    ann = make_contact(emails=("ann@example.org",))
    result = imported("consents", tmp_path, CONSENTS)
    assert (counts(result), result.counts.related) == ((3, 0, 0, 1), {"contacts": 1})
    said = Consent.objects.filter(contact=ann).order_by("recorded_at").values_list("level", "source")
    assert list(said) == [(ConsentLevel.OPT_IN, "form at the fair"), (ConsentLevel.NONE, "link in a mail")]
    bob = Contact.objects.get(name="bob@example.org")
    assert ContactPoint.objects.get(contact=bob).normalised == "bob@example.org"
    assert Consent.objects.get(contact=bob).level == ConsentLevel.DOUBLE_OPT_IN
    assert counts(imported("consents", tmp_path, CONSENTS)) == (0, 0, 3, 1)


def test_a_consent_without_a_date_is_new_only_where_it_says_something_new(tmp_path):
    head = "contact_external_id,channel,state\n"
    assert counts(imported("consents", tmp_path, f"{head}c1,email,granted\n")) == (1, 0, 0, 0)
    assert counts(imported("consents", tmp_path, f"{head}c1,email,granted\n")) == (0, 0, 1, 0)
    assert counts(imported("consents", tmp_path, f"{head}c1,email,withdrawn\n")) == (1, 0, 0, 0)


def test_an_entry_with_an_id_never_changes(tmp_path):
    head = "external_id,contact_external_id,channel,state,recorded_at\n"
    assert counts(imported("consents", tmp_path, f"{head}k1,c1,email,granted,2026-01-05\n")) == (1, 0, 0, 0)
    assert counts(imported("consents", tmp_path, f"{head}k1,c1,email,withdrawn,2026-01-05\n")) == (0, 0, 0, 1)
    assert Consent.objects.get().level == ConsentLevel.OPT_IN


PEOPLE = """sales_agent,manager,regional_office
Anna Snelling,Dustin Brinkmann,Central
Cecily Lampkin,Dustin Brinkmann,Central
Moses Frase,Celia Rouche,West
"""
PEOPLE_MAP = ("sales_agent=name", "manager=manager_name", "regional_office=team")


def test_colleagues_come_in_with_their_teams_and_managers_and_cannot_sign_in(tmp_path):
    result = imported("users", tmp_path, PEOPLE, PEOPLE_MAP)
    assert (counts(result), result.counts.related) == ((3, 0, 0, 0), {"teams": 2, "users": 2})
    anna = User.objects.get(name="Anna Snelling")
    assert (anna.team.name, anna.manager.name, anna.role, anna.is_active) == (
        "Central", "Dustin Brinkmann", Role.REP, False,
    )  # fmt: skip
    assert anna.manager.role == Role.MANAGER
    assert counts(imported("users", tmp_path, PEOPLE, PEOPLE_MAP)) == (0, 0, 3, 0)
    moved = "name,team\nAnna Snelling,West\n"
    assert counts(imported("users", tmp_path, moved)) == (0, 1, 0, 0)


def test_only_administrators_bring_colleagues_in(tmp_path):
    from crm.importing.errors import UnreadableFile  # noqa: PLC0415

    with pytest.raises(UnreadableFile):
        imported("users", tmp_path, PEOPLE, PEOPLE_MAP, actor=make_user(Role.MANAGER))
