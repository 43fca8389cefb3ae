"""A mail of a campaign for one person: its blocks with tracked links, the way out below it, and in its head."""

from __future__ import annotations

import html
from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse

from campaigns.mail.blocks import Links, Written, draw
from campaigns.models import Campaign, Play, Recipient, Variant
from crm.company import current_company
from crm.foreign.tokens import Purpose, make_token
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft

NO_LINK = "#"
LEAVE = "You get this because you agreed to it."
WAY_OUT = "Choose what you get, or leave"


def draft_for(
    campaign: Campaign, variant: Variant, row: Recipient, address: str, values: Mapping[str, str], sender: str
) -> Draft:
    """The mail of a recipient. Its key is theirs: asked for twice, it is sent once. Raises `merging.Unknown`."""
    link = preferences_link(row)
    mail = written(variant, values, links=tracked(row), way_out=link, pixel=pixel_of(row))
    name = values["name"]
    return Draft(
        kind=MailKind.AT_MOST_ONCE,
        to=named_mailbox(name, address) if name else address,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        sender=sender,
        headers={"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        contact_id=row.contact_id,
        about=campaign,
        key=f"campaign:{row.campaign_id}:{row.pk}",
        takes_answers=True,
    )


def written(
    variant: Variant, values: Mapping[str, str], *, links: Links = str, way_out: str = NO_LINK, pixel: str = ""
) -> Written:
    """A variant as one person reads it. Raises `merging.Unknown`."""
    company = current_company().name
    shown = (
        f"{html.escape(company)}<br>{LEAVE} "
        f'<a href="{html.escape(way_out)}" style="color:#6b7280">{html.escape(WAY_OUT)}</a>.'
    )
    footer = (shown, f"{company}\n{LEAVE} {WAY_OUT}: {way_out}")
    return draw(
        variant.blocks, subject=variant.subject, preheader=variant.preheader, values=values, links=links,
        footer=footer, pixel=pixel,
    )  # fmt: skip


def mailbox_of(campaign: Campaign | Play, company: str) -> str:
    """Whose name stands as the sender; the address is the house's."""
    return named_mailbox(campaign.sender_name or company, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def tracked(row: Recipient) -> Links:
    """Makes of an address the link that leads to it past us. The token holds the address itself, sealed: it can lead
    nowhere else, and no question to the database stands between the click and the page."""

    def link(url: str) -> str:
        token = make_token(Purpose.CLICK, {"r": row.pk, "c": row.campaign_id, "u": url}, None)
        return settings.CRM_BASE_URL.rstrip("/") + reverse("campaigns:click", args=[token])

    return link


def pixel_of(row: Recipient) -> str:
    """The picture of one point by which a look is noticed, where a mail program asks for it."""
    token = make_token(Purpose.OPENING, {"r": row.pk, "c": row.campaign_id}, None)
    url = settings.CRM_BASE_URL.rstrip("/") + reverse("campaigns:opening", args=[token])
    return f'<img src="{html.escape(url)}" alt="" width="1" height="1" style="display:block;border:0">'


def preferences_link(row: Recipient) -> str:
    """Where a person says what they want to get; good for ever."""
    token = make_token(Purpose.PREFERENCES, {"contact": row.contact_id, "recipient": row.pk}, None)
    return settings.CRM_BASE_URL.rstrip("/") + reverse("campaigns:preferences", args=[token])
