"""Data of persons in campaigns, plays and segments. Counts stay; addresses that were clicked do not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.choices import UNDER_WAY, EntryState, RecipientState
from campaigns.models import Campaign, Hit, Piece, PlayEntry, Recipient
from contacts.choices import Act
from contacts.privacy.retention.holds import held_contacts
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Times
from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable
from crm.models import Task


def hits_of(person: Person) -> Q:
    return Q(recipient_id__in=Recipient.objects.filter(contact__in=person.ids).order_by().values("pk"))


def call_back(person: Person) -> None:
    """Nothing that waits is sent to somebody who was erased: no mail, no letter of a file, no call. What an adapter has
    in its hands is settled by its answer."""
    rows = Recipient.objects.filter(contact__in=person.ids)
    handed = rows.filter(state=RecipientState.HANDED)
    pieces = Piece.objects.select_for_update().filter(
        claimed_at=None, recipient__in=list(handed.values_list("pk", flat=True))
    )
    waiting = dict(pieces.order_by("pk").values_list("pk", "task_id"))
    Task.objects.filter(pk__in=[one for one in waiting.values() if one], done_at=None).delete()
    called = Q(state__in=(RecipientState.WAITING, RecipientState.HELD)) | Q(state=RecipientState.HANDED, pk__in=waiting)
    rows.filter(called).update(state=RecipientState.CANCELLED, reason=ERASED)


def old_hits(before: dt.datetime) -> QuerySet[Hit]:
    """Of campaigns whose results are not counted any more: what is counted is read again from all of them."""
    running = Campaign.everything.filter(state__in=UNDER_WAY).order_by().values("pk")
    rows: QuerySet[Hit] = Hit.objects.filter(at__lt=before).exclude(campaign_id__in=running)
    return rows


def held_hits() -> Exists:
    """The condition on hits that they are of somebody whose data are held: they know their recipient alone."""
    places = Recipient.objects.filter(contact__in=held_contacts().values("pk"))
    return Exists(places.order_by().filter(pk=OuterRef("recipient_id")))


def _in_campaigns(times: Times) -> QuerySet[Any]:
    """What people do still counts in these; `everything`, as it runs also where it is put away."""
    under_way = Campaign.everything.filter(state__in=UNDER_WAY).order_by().values("pk")
    return Recipient.objects.filter(campaign__in=under_way).exclude(state=RecipientState.CANCELLED)


def _reacted_since(times: Times) -> QuerySet[Any]:
    since = times.before
    return Recipient.objects.filter(
        Q(clicked_at__gte=since) | Q(responded_at__gte=since) | Q(converted_at__gte=since) | Q(replied_at__gte=since)
    )


def _in_plays(times: Times) -> QuerySet[Any]:
    return PlayEntry.objects.filter(state=EntryState.INSIDE)


def _played_since(times: Times) -> QuerySet[Any]:
    return PlayEntry.objects.filter(Q(entered_at__gte=times.before) | Q(goal_at__gte=times.before))


KEEPING = (
    KeptBack("a place in a campaign that runs", _in_campaigns),
    KeptBack("answered a campaign since then", _reacted_since),
    KeptBack("is in a play", _in_plays),
    KeptBack("was in a play since then", _played_since),
)
AGES = (
    AgedKind(
        "campaigns.hits",
        "Looks at mails and clicks in them",
        Act.DELETE,
        24,
        "The raw rows with address and browser go; who opened and clicked is told on, and so are all counts.",
        "campaigns.hit",
        old_hits,
        held=(("a hold on their data", held_hits),),
    ),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable("campaigns.recipient", ("contact",), title="Campaigns"),
        PersonalTable("campaigns.hit", further=hits_of, title="Looks at mails and clicks in them"),
        PersonalTable("campaigns.givenoffer", ("recipient__contact",), keeps=("code",), title="Offers"),
        PersonalTable("campaigns.piece", ("recipient__contact",), keeps=("code",), title="Letters, calls and messages"),
        PersonalTable("campaigns.redemption", ("given__recipient__contact",), title="Redeemed offers"),
        PersonalTable("campaigns.playentry", ("contact",), title="Plays"),
        PersonalTable("campaigns.playtouch", ("entry__contact",), title="Steps of plays"),
        PersonalTable("campaigns.segmentmember", ("contact",), gone=True, title="Segments"),
        PersonalTable("campaigns.segmentmove", ("contact",), title="In and out of segments"),
        PersonalTable("campaigns.retainedcustomer", ("contact",), title="Retention actions"),
        PersonalTable("campaigns.mailpace", ("contact",), gone=True, title="How often they want mails of campaigns"),
        PersonalTable("campaigns.responsescore", ("contact",), unseen=("run_id",), title="Chance to respond"),
        PersonalTable("campaigns.upliftscore", ("contact",), unseen=("run_id",), title="Uplift by a campaign"),
    ),
    without={
        "Words and pictures of the house itself: its campaigns, offers, plays, segments and retention actions.": (
            "campaigns.campaign", "campaigns.campaignoffer", "campaigns.campaignsegment", "campaigns.offer",
            "campaigns.mailpicture",
            "campaigns.pictureuse", "campaigns.piecefile", "campaigns.play", "campaigns.playstep", "campaigns.playsum",
            "campaigns.retentionaction", "campaigns.segment", "campaigns.sendingrules", "campaigns.variant",
            "campaigns.varianttally",
        ),
    },
    calls_back=(call_back,),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
