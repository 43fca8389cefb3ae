"""A mail of a campaign for one person: its blocks with tracked links, the way out below it, and in its head."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache, lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop

from campaigns.mail.drawing import Links, Person, Prepared, Written, prepare
from campaigns.models import Campaign, Play, Recipient, Variant
from crm.company import current_company
from crm.foreign.tokens import Purpose, make_token
from crm.languages.words import translated
from crm.mail.addresses import named_mailbox
from crm.mail.choices import MailKind
from crm.mail.drafts import Draft

NO_LINK = "#"
STAND_IN = "TOKEN"
LEAVE = gettext_noop("You get this because you agreed to it.")
WAY_OUT = gettext_noop("Choose what you get, or leave")


@dataclass(frozen=True)
class Below:
    """What stands below a mail by itself, in its language, and how that is read."""

    language: str
    direction: str
    leave: str
    way_out: str


class Writer:
    """Writes the mails of a campaign, for as long as neither it nor the company changes: of each variant what is the
    same for everybody is made once. `company` is our name."""

    def __init__(self, campaign: Campaign, company: str) -> None:
        self.campaign = campaign
        self.company = company
        self.sender = mailbox_of(campaign, company)
        self.below = below_of(campaign)
        self.prepared: dict[int, Prepared] = {}

    def draft(
        self, variant: Variant, row: Recipient, address: str, values: Mapping[str, str], closes_at: dt.datetime | None
    ) -> Draft:
        """The mail of a recipient, to leave before `closes_at`. Its key is theirs: asked for twice, it is sent once.
        Raises `merging.Unknown`."""
        if variant.pk not in self.prepared:
            self.prepared[variant.pk] = prepared(variant, self.below)
        link, name = preferences_link(row), values["name"]
        person = Person(values, tracked(row), footer_of(self.company, self.below, link), pixel_of(row))
        mail = self.prepared[variant.pk].draw(person)
        return Draft(
            kind=MailKind.AT_MOST_ONCE,
            to=named_mailbox(name, address) if name else address,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            sender=self.sender,
            headers={"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
            contact_id=row.contact_id,
            about=self.campaign,
            closes_at=closes_at,
            key=f"campaign:{row.campaign_id}:{row.pk}",
            takes_answers=True,
        )


def below_of(whole: Campaign | Play) -> Below:
    """In the language of its mails; where it has none, in the company's."""
    return _below(whole.language or current_company().language or settings.LANGUAGE_CODE)


@cache
def _below(language: str) -> Below:
    with translation.override(language):
        direction = "rtl" if translation.get_language_bidi() else "ltr"
        return Below(language, direction, translated(LEAVE), translated(WAY_OUT))


def prepared(variant: Variant, below: Below) -> Prepared:
    """A variant whose gaps are to be filled."""
    return prepare(
        variant.blocks, subject=variant.subject, preheader=variant.preheader, language=below.language,
        direction=below.direction,
    )  # fmt: skip


def written(variant: Variant, values: Mapping[str, str]) -> Written:
    """A variant as one person would read it; its links are as they were typed. Raises `merging.Unknown`."""
    below = below_of(variant.campaign.play or variant.campaign)
    return prepared(variant, below).draw(Person(values, str, footer_of(current_company().name, below, NO_LINK)))


def footer_of(company: str, below: Below, way_out: str) -> tuple[str, str]:
    """Who writes, why, and the way out, as HTML and as text."""
    shown = (
        f"{html.escape(company)}<br>{html.escape(below.leave)} "
        f'<a href="{html.escape(way_out)}" style="color:#6b7280">{html.escape(below.way_out)}</a>.'
    )
    return shown, f"{company}\n{below.leave} {below.way_out}: {way_out}"


def mailbox_of(campaign: Campaign | Play, company: str) -> str:
    """Whose name stands as the sender; the address is the house's."""
    return named_mailbox(campaign.sender_name or company, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def tracked(row: Recipient) -> Links:
    """Makes of an address the link that leads to it past us. The token holds the address itself, sealed: it can lead
    nowhere else, and no question to the database stands between the click and the page."""

    made: dict[str, str] = {}

    def link(url: str) -> str:
        if url not in made:
            token = make_token(Purpose.CLICK, {"r": row.pk, "c": row.campaign_id, "u": url}, None)
            made[url] = _address("campaigns:click", token)
        return made[url]

    return link


def pixel_of(row: Recipient) -> str:
    """The picture of one point by which a look is noticed, where a mail program asks for it."""
    token = make_token(Purpose.OPENING, {"r": row.pk, "c": row.campaign_id}, None)
    url = _address("campaigns:opening", token)
    return f'<img src="{html.escape(url)}" alt="" width="1" height="1" style="display:block;border:0">'


def preferences_link(row: Recipient) -> str:
    """Where a person says what they want to get; good for ever."""
    token = make_token(Purpose.PREFERENCES, {"contact": row.contact_id, "recipient": row.pk}, None)
    return _address("campaigns:preferences", token)


def _address(page: str, token: str) -> str:
    return _around(settings.CRM_BASE_URL.rstrip("/"), page).replace(STAND_IN, token)


@lru_cache(maxsize=16)
def _around(base: str, page: str) -> str:
    """The address of a page with a stand-in for its token."""
    return base + reverse(page, args=[STAND_IN])
