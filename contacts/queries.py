"""Reads of contacts that a list or a record page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from contacts.choices import Channel, ContactKind, Direction, PointKind
from contacts.models import Address, Contact, ContactPoint, ContactQuerySet, Interaction
from crm.catalogue import TimelineEntry, fields_of
from crm.field_rights import hidden_fields
from crm.mail.choices import MailState
from crm.models import OutgoingMail, User
from crm.notes.history import mentioned_in
from crm.templatetags.figures import duration

UNSEEN_ORGANIZATION = "an organization you cannot see"
UNSEEN_CONTACT = "a contact you cannot see"
ICONS = {
    Channel.VISIT: "shop",
    Channel.POINT_OF_SALE: "shop",
    Channel.WEB: "globe",
    Channel.KIOSK: "display",
    Channel.PHONE: "telephone",
    Channel.EMAIL: "envelope",
    Channel.CHAT: "chat-dots",
    Channel.SOCIAL: "share",
    Channel.WIRELESS: "phone",
    Channel.DELIVERY: "truck",
    Channel.SURVEY: "star",
    Channel.REGISTRATION: "card-checklist",
    Channel.MEETING: "people",
    Channel.RFID: "broadcast",
}


def primary_address(contact: Contact) -> Address | None:
    """The main address, from the prefetched ones."""
    addresses = list(contact.addresses.all())
    return addresses[0] if addresses else None


def place_of(contact: Contact) -> str:
    """`Leeds, GB`, from the prefetched addresses; empty where none is known."""
    address = primary_address(contact)
    return ", ".join(part for part in (address.city, address.country) if part) if address else ""


def main_point(contact: Contact, kind: str) -> str:
    """The main e-mail address or phone number, from the prefetched points."""
    return next((point.value for point in contact.points.all() if point.kind == kind), "")


def for_record(rows: ContactQuerySet, user: User | None) -> ContactQuerySet:
    """Contacts with all that the header and the facts of their page show, and whether the person sees the
    organizations that they name (`sees_organization`, `sees_parent`).
    """
    named = {name for spec in fields_of("contacts.contact") if spec.default or spec.is_score for name in spec.select}
    reachable = Contact.objects.visible_to(user)
    return (
        rows.select_related(*named, "owner", "team", "territory", "organization", "parent")
        .prefetch_related(Prefetch("points", points_shown(user)), "addresses")
        .annotate(
            sees_organization=_sees("organization", reachable),
            sees_parent=_sees("parent", reachable),
            people_count=_count_of_people(reachable),
        )
    )


def _sees(name: str, reachable: QuerySet[Contact]) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(Exists(reachable.filter(pk=OuterRef(name))))


def _count_of_people(reachable: QuerySet[Contact]) -> Case:
    """How many people of an organization the person may see; None for a person."""
    people = reachable.filter(archived_at=None, organization=OuterRef("pk")).order_by().values("organization")
    count = Coalesce(Subquery(people.annotate(count=Count("pk")).values("count")), 0)
    return Case(When(kind=ContactKind.ORGANIZATION, then=count), output_field=IntegerField(null=True))


def points_shown(user: User | None) -> QuerySet[ContactPoint]:
    """Ways to reach contacts, without the kinds that are hidden from this person."""
    hidden = hidden_fields(user, Contact)
    names = {PointKind.EMAIL: "email", PointKind.PHONE: "phone", PointKind.HANDLE: "handles"}
    return ContactPoint.objects.exclude(kind__in=[kind for kind, name in names.items() if name in hidden])


def namesakes_by_email(user: User | None, contact: Contact) -> QuerySet[Contact]:
    """Other contacts with one of this contact's e-mail addresses, as far as the person may see them."""
    if "email" in hidden_fields(user, Contact):
        return Contact.objects.none()
    addresses = contact.points.filter(kind=PointKind.EMAIL).values("normalised")
    twins = ContactPoint.objects.filter(kind=PointKind.EMAIL, normalised__in=addresses).exclude(contact=contact)
    return Contact.objects.visible_to(user).current().filter(pk__in=twins.values("contact"))


def interactions_before(
    user: User | None,
    contact_id: int,
    before: dt.datetime | None,
    limit: int,
    words: str = "",
    channels: Sequence[str] = (),
) -> list[TimelineEntry]:
    """The newest interactions of a contact strictly before a moment, as timeline entries."""
    rows = Interaction.objects.visible_to(user).filter(contact=contact_id).select_related("user")
    if before:
        rows = rows.filter(occurred_at__lt=before)
    if channels:
        rows = rows.filter(channel__in=channels)
    for word in words.split():
        rows = rows.filter(Q(subject__icontains=word) | Q(body__icontains=word) | Q(outcome__icontains=word))
    mail = OutgoingMail.objects.filter(object_model="contacts.interaction", object_id=OuterRef("pk"))
    told = rows.annotate(named=mentioned_in("contacts.interaction"), mail_state=Subquery(mail.values("state")[:1]))
    return [_entry(row) for row in told.order_by("-occurred_at", "-id")[:limit]]


def people_of(user: User | None, contact: Contact) -> QuerySet[Contact]:
    """People of an organization that the person may see, by name."""
    people = Contact.objects.visible_to(user).current().filter(organization=contact)
    return people.prefetch_related(Prefetch("points", points_shown(user))).order_by("sort_name", "id")


def _entry(row: Interaction) -> TimelineEntry:
    return TimelineEntry(
        at=row.occurred_at,
        icon=_icon(row),
        title=row.subject or Channel(row.channel).label,
        key=f"interaction-{row.pk}",
        text=row.body,
        who=" · ".join(_who(row)),
        tone="accent" if row.direction == Direction.INBOUND else "neutral",
        notes=tuple(_notes(row)),
        names=tuple(getattr(row, "named", None) or ()),
    )


def _notes(row: Interaction) -> Iterable[str]:
    if row.outcome:
        yield f"Outcome: {row.outcome}"
    state = getattr(row, "mail_state", None)
    if state and state != MailState.SENT:
        yield f"Mail: {MailState(state).label}"


def _icon(row: Interaction) -> str:
    if row.channel == Channel.PHONE:
        return "telephone-inbound" if row.direction == Direction.INBOUND else "telephone-outbound"
    return ICONS.get(Channel(row.channel), "chat") if row.channel in Channel.values else "chat"


def _who(row: Interaction) -> Iterable[str]:
    if row.channel in Channel.values:
        yield Channel(row.channel).label.lower()
    if row.duration_seconds:
        yield duration(row.duration_seconds)
    if row.user:
        yield row.user.name
