"""Campaigns for the tests: people who agreed, a segment of them, a mail of blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from campaigns.mail.drawing import Links, Person, Written, prepare
from campaigns.models import Campaign, Recipient, Segment
from campaigns.sending import actions
from campaigns.sending.engine import run_campaign
from contacts.choices import ConsentChannel, ConsentLevel, PointKind
from contacts.models import Consent, Contact, ContactPoint
from crm.mail.choices import MailState
from crm.models import OutgoingMail, User

BLOCKS: list[dict[str, Any]] = [
    {"kind": "heading", "text": "New profiles"},
    {"kind": "text", "text": "Dear {{first_name|customer}},\nlook at https://example.com/oak and say."},
    {"kind": "button", "text": "See them", "url": "https://example.com/frames?a=1&b=2"},
]


def draw(
    blocks: Sequence[Mapping[str, str]], *, values: Mapping[str, str], links: Links = str, subject: str = "S"
) -> Written:
    """The mail of these blocks for one person, with nothing below it."""
    return prepare(blocks, subject=subject, preheader="").draw(Person(values, links, ("", "")))


def agreed(count: int, mark: str = "p", **fields: Any) -> list[Contact]:
    """People with an address who allowed marketing by e-mail."""
    rows = Contact.objects.bulk_create(
        Contact(name=f"{mark}{n}", first_name=f"First{n}", sort_name=f"{mark}{n}", source=mark, **fields)
        for n in range(count)
    )
    ContactPoint.objects.bulk_create(
        ContactPoint(
            contact=row, kind=PointKind.EMAIL, value=f"{row.name}@drill.example",
            normalised=f"{row.name}@drill.example", is_primary=True,
        )
        for row in rows
    )  # fmt: skip
    Consent.objects.bulk_create(
        Consent(
            contact=row, channel=ConsentChannel.EMAIL, purpose="marketing", level=ConsentLevel.OPT_IN,
            recorded_at=timezone.now(),
        )
        for row in rows
    )  # fmt: skip
    return rows


def segment_of(mark: str, name: str = "") -> Segment:
    """The people whose source is this mark."""
    where = {"field": "source", "op": "is", "value": mark}
    return Segment.objects.create(name=name or f"All of {mark}", filter={"version": 1, "where": where})


def ready(actor: User | None, mark: str = "p", variants: int = 1, **fields: Any) -> Campaign:
    """A planned campaign that could start: for the people of a mark."""
    campaign = Campaign.objects.create(**{"name": f"Spring {mark}", "control_share": 0, **fields})
    segment = Segment.objects.filter(name=f"All of {mark}").first() or segment_of(mark)
    actions.set_audience(actor=actor, campaign=campaign, version=1, fields={}, segments=[segment], without=[])
    for name in "ABC"[:variants]:
        actions.set_variant(
            actor=actor, campaign=campaign, variant=None,
            fields={"name": name, "subject": f"Frames for {{{{first_name|you}}}} {name}", "blocks": BLOCKS},
        )  # fmt: skip
    campaign.refresh_from_db()
    return campaign


def started(actor: User, people: int = 4, **fields: Any) -> Campaign:
    """One that has started, for so many people."""
    agreed(people)
    campaign = ready(actor, **fields)
    actions.launch_campaign(actor=actor, campaign=campaign)
    campaign.refresh_from_db()
    return campaign


def mails(campaign: Campaign) -> Any:
    return OutgoingMail.objects.filter(object_model="campaigns.campaign", object_id=campaign.pk)


def states(campaign: Campaign) -> Counter[str]:
    return Counter(Recipient.objects.filter(campaign=campaign).values_list("state", flat=True))


def let_leave(campaign: Campaign) -> None:
    """As the sender would: every queued mail is taken by the server."""
    mails(campaign).filter(state=MailState.QUEUED).update(state=MailState.SENT, sent_at=timezone.now())
    run_campaign(campaign.pk)


def links_in(mail: OutgoingMail, what: str) -> list[str]:
    """The addresses of ours in a mail: `t` of tracked links and looks."""
    return re.findall(rf'(?:href|src)="http[^"]*?(/{what}/[^"]+)"', mail.html)
