"""What is known of a person, as they are shown it: how to reach them, and what they allow us to send."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from contacts.choices import ConsentChannel
from contacts.models import Consent, Contact, Purpose
from contacts.permission.rule import newest_words
from crm.languages.words import in_words, translated

# what the purposes that a new house begins with are for, shown by `translated`
SHIPPED = (
    _("Offers and news."), _("Questions about how we did."), _("What belongs to an order, a contract or a question."),
)  # fmt: skip


@dataclass(frozen=True)
class Allowed:
    """One purpose of mails: whether they said yes (None: they never said), and since when."""

    purpose: Purpose
    is_yes: bool | None
    said: Consent | None
    wording: str

    @property
    def is_sent_anyway(self) -> bool:
        """Whether it needs no yes and they never said: it is sent until they say no."""
        return self.is_yes is None and not self.purpose.least_level


def wording_of(purpose: Purpose) -> str:
    """What they agree to, word for word."""
    return in_words("Yes, send me mails: %(purpose)s", purpose=translated(purpose.label))


def facts_of(contact: Contact) -> list[tuple[str, str]]:
    """Name, addresses and numbers, each with its label."""
    found = [(_("Name"), contact.name)]
    found += [(point.get_kind_display(), point.value) for point in contact.points.order_by("kind", "-is_primary", "pk")]
    for one in contact.addresses.order_by("-is_primary", "pk"):
        parts = (one.street, f"{one.postal_code} {one.city}".strip(), one.country)
        found.append((_("Address"), ", ".join(part for part in parts if part)))
    return found


def permissions_of(contact: Contact) -> list[Allowed]:
    """For each purpose the word of the ledger that is in force. Two queries."""
    newest = newest_words(contact, ConsentChannel.EMAIL)
    return [
        Allowed(purpose, newest[purpose.key].is_granted if purpose.key in newest else None, newest.get(purpose.key),
            wording_of(purpose))
        for purpose in Purpose.objects.all()
    ]  # fmt: skip
