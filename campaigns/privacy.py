"""Data of persons in campaigns, plays and segments. Counts stay; addresses that were clicked do not."""

from __future__ import annotations

from django.db.models import Q

from campaigns.models import Recipient
from contacts.privacy.tables import Person, PersonalData, PersonalTable


def hits_of(person: Person) -> Q:
    return Q(recipient_id__in=Recipient.objects.filter(contact__in=person.ids).order_by().values("pk"))


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
        PersonalTable("campaigns.responsescore", ("contact",), unseen=("run_id",), title="Chance to respond"),
    ),
    without={
        "Words of the house itself: its campaigns, offers, plays and segments.": (
            "campaigns.campaign", "campaigns.campaignoffer", "campaigns.campaignsegment", "campaigns.offer",
            "campaigns.play", "campaigns.playstep", "campaigns.segment", "campaigns.sendingrules",
            "campaigns.variant", "campaigns.varianttally",
        ),
    },
)  # fmt: skip
