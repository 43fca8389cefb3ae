"""Who a person is in our tables: the contact, those merged into it, and the addresses and names of theirs alone."""

from __future__ import annotations

from contacts.choices import PointKind
from contacts.models import Contact, ContactPoint
from contacts.privacy.tables import Person

SHORTEST_NAME = 6
"""Characters; a shorter name is a part of too many words to be looked for in texts about others."""


def person_of(contact: Contact) -> Person:
    """All that says in our tables that a row is about the person; with the merged ones, of the contact that goes on."""
    first = contact.merged_into_id or contact.pk
    merged = Contact.objects.filter(merged_into=first).order_by("pk").values_list("pk", flat=True)
    ids = (first, *merged)
    points = list(
        ContactPoint.objects.filter(contact__in=ids).order_by("pk").values_list("kind", "value", "normalised")
    )
    shared = set(
        ContactPoint.objects.filter(normalised__in=[one for _, _, one in points])
        .exclude(contact__in=ids)
        .values_list("kind", "normalised")
    )
    own = [one for one in points if (one[0], one[2]) not in shared]
    mails = [word for kind, value, normal in own if kind == PointKind.EMAIL for word in (value, value.lower(), normal)]
    others = [word for kind, value, normal in own if kind != PointKind.EMAIL for word in (value, normal)]
    known = Contact.objects.filter(pk__in=ids).exclude(external_id=None).order_by("pk")
    external = _once([str(one).strip() for one in known.values_list("external_id", flat=True)])
    return Person(ids, _once(mails), (*_names(ids), *_once(others)), external_ids=external)


def _names(ids: tuple[int, ...]) -> tuple[str, ...]:
    """Names that nobody else has; both ways round, and the number of another program."""
    rows = Contact.objects.filter(pk__in=ids).values_list("name", "first_name", "last_name", "external_id")
    words = []
    for name, first, last, external in rows:
        words += [one.strip(" ,") for one in (name, f"{first} {last}", f"{last}, {first}", external or "")]
    found = _once([one for one in words if len(one) >= SHORTEST_NAME])
    taken = set(Contact.objects.filter(name__in=found).exclude(pk__in=ids).values_list("name", flat=True))
    return tuple(one for one in found if one not in taken)


def _once(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
