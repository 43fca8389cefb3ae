"""Where a composer and a timeline stand: on the page of a contact, or of a record of an app above that has contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_noop as _

from contacts.models import Contact
from crm.models import User
from crm.paths import path_of

ALONE = ("note", "task")
"""What is written about a record that no contact is known of."""


@dataclass(frozen=True)
class Place:
    """A kind of record with a composer.

    `names` are its addresses: a form each (`note`, `call`, `mail`, `meeting`, `task`, `other`), `draft`, `part` (one
    form alone) and `timeline`. `people(user, record)` are the contacts that the person may see and with whom a touch
    can be, the usual one first. `nothing` says in words what will stand on an empty timeline, `crumb` is (label,
    address) of the list."""

    names: Mapping[str, str]
    people: Callable[[User, Any], Sequence[Contact]]
    nothing: str
    crumb: tuple[str, str]

    def kinds(self, people: Sequence[Contact]) -> tuple[str, ...]:
        """The forms that stand there."""
        kinds = tuple(name for name in self.names if name not in ("draft", "part", "timeline"))
        return kinds if people else tuple(kind for kind in kinds if kind in ALONE)

    def urls(self, record: Model) -> dict[str, str]:
        """Its addresses for one record."""
        return {name: path_of(url_name, record.pk) for name, url_name in self.names.items()}


def about_of(record: Model) -> Model | None:
    """What a touch is about that is written on this record's page: the record, or nothing but the contact itself."""
    return None if isinstance(record, Contact) else record


AT_CONTACT = Place(
    {
        "note": "contacts:note_create",
        "call": "contacts:call_create",
        "mail": "contacts:mail_send",
        "meeting": "contacts:meeting_create",
        "task": "contacts:task_create",
        "other": "contacts:interaction_create",
        "draft": "contacts:mail_draft_keep",
        "part": "contacts:composer_part",
        "timeline": "contacts:contact_timeline",
    },
    lambda user, contact: [contact],
    _("Calls, meetings and orders with {record} will stand here."),
    ("Contacts", "contacts:contact_list"),
)
