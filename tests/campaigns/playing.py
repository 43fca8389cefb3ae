"""Plays for the tests: people who agreed, orders, days that pass, mails that leave."""

import datetime as dt
from collections import Counter

from django.db.models import F
from django.utils import timezone

from campaigns.models import Campaign, PlayEntry
from campaigns.plays import actions
from campaigns.plays.actions import StepInput
from campaigns.sending.engine import run_campaign
from crm.mail.choices import MailState
from crm.models import OutgoingMail
from orders.models import Order
from tests.factories import make_order

MAIL = StepInput(kind="mail", wait_days=0, title="Thank you, {{first_name|dear customer}}", text="Good to have you.")
LATER = StepInput(kind="mail", wait_days=3, title="How is it?", text="Write to us.")
TAG = StepInput(kind="tag", wait_days=0, title="welcomed")


def play_of(actor, *steps, name="Welcome", **fields):
    play = actions.create_play(actor=actor, fields={"name": name, "control_share": 0, **fields}, steps=steps)
    actions.start_play(actor=actor, play=play)
    play.refresh_from_db()
    return play


def buy(contact, days_ago=0, **line):
    at = timezone.now() - dt.timedelta(days=days_ago)
    lines = ({"quantity": 1, "amount": 10, **line},)
    return make_order(contact, ordered_at=at, ordered_on=at.date(), lines=lines)


def later(play, days):
    """So many days pass for everybody in it, and since every order."""
    shift = dt.timedelta(days=days)
    Order.objects.update(ordered_at=F("ordered_at") - shift, ordered_on=F("ordered_on") - shift)
    for entry in PlayEntry.objects.filter(play=play):
        for name in ("event_at", "entered_at", "next_at", "ended_at"):
            if (value := getattr(entry, name)) is not None:
                setattr(entry, name, value - shift)
        entry.save()


def mails_of(play):
    return OutgoingMail.objects.filter(object_id__in=Campaign.everything.filter(play=play).values("pk"))


def leave(play):
    """As the sweep and the sender would."""
    for key in Campaign.everything.filter(play=play).values_list("pk", flat=True):
        run_campaign(key)
        mails_of(play).filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=timezone.now())
        run_campaign(key)


def states(play):
    return Counter(PlayEntry.objects.filter(play=play).values_list("state", flat=True))
