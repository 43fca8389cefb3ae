"""Who may do what with plays, and makers of some for the access tests."""

from __future__ import annotations

from django.utils import timezone

from campaigns.models import Play, PlayEntry
from contacts.models import Contact
from crm.models import User
from tests.access.law import ALL, EVERYBODY, NONE, OWN, SCOPES, TEAM, Address, button, form, page, reach

SCOPES["play"] = {
    "view": EVERYBODY,
    **dict.fromkeys(("add", "change", "delete", "export"), reach(NONE, ALL, NONE, ALL)),
}
# as the contact that is in it
SCOPES["play entry"] = {"view": reach(TEAM, ALL, ALL, ALL), "change": reach(OWN, ALL, ALL, ALL)}


def make_play(owner: User, name: str) -> Play:
    play: Play = Play.objects.create(name=f"CANARY play {name} {owner.pk}", owner=owner)
    play.steps.create(position=1, kind="tag", title="welcomed")
    return play


def make_entry(owner: User, name: str) -> PlayEntry:
    contact = Contact.objects.create(name=f"CANARY player {name}", owner=owner, team=owner.team, sort_name=name)
    play, now = make_play(owner, f"of {name}"), timezone.now()
    entry: PlayEntry = PlayEntry.objects.create(play=play, contact=contact, event_at=now, entered_at=now, next_at=now)
    return entry


PLAY_MAKERS = {"play": make_play, "play entry": make_entry}
PLAY_ADDRESSES: dict[str, Address] = {
    "campaigns:play_list": page("play"),
    "campaigns:play_export": page("play", "export"),
    "campaigns:play_create": form("play", "add"),
    "campaigns:play_detail": Address("play"),
    "campaigns:play_look": Address("play", {"GET": "change"}),
    "campaigns:play_test": button("play", "change"),
    "campaigns:play_update": form("play", "change", has_record=True),
    **{
        f"campaigns:play_{step}": button("play", "change")
        for step in ("ask", "approve", "start", "pause", "resume", "end")
    },
    "campaigns:play_take_out": button("play entry", "change"),
}
