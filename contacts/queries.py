"""Reads of contacts that a list or a record page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext, gettext_noop, ngettext

from contacts.acquired.queries import lists_along
from contacts.choices import BULK_CHANNELS, CHANNEL_WORDS, CallOutcome, Channel, ContactKind, Direction, PointKind
from contacts.markets.queries import markets_along
from contacts.models import Address, Contact, ContactPoint, Interaction
from contacts.permission.queries import answers_along
from crm.access import rights_on, visible_words
from crm.catalogue import TimelineEntry, fields_of
from crm.choices import Verb
from crm.counted_panels import panel_counts, taken_along, words_of_counts, words_taken_along
from crm.database.along import put_along, rows_along
from crm.database.kept import ANY_KEY, ANY_MOMENT, LONG_AGO, KeptRows, Shelf
from crm.field_rights import hidden_fields
from crm.languages.words import in_words, translated
from crm.mail.choices import MailState
from crm.models import IncomingMail, OutgoingMail, User
from crm.notes.history import mentioned_in
from crm.paths import path_of
from crm.templatetags.figures import duration, in_sentence, number
from crm.timeline_folding import Bulk, Folded, days_of, folded_months

UNSEEN_ORGANIZATION = gettext_noop("an organization you cannot see")
UNSEEN_CONTACT = gettext_noop("a contact you cannot see")
POINT_NAMES: dict[str, str] = {PointKind.EMAIL: "email", PointKind.PHONE: "phone", PointKind.HANDLE: "handles"}
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
    Channel.OPEN: "envelope-open",
    Channel.CLICK: "cursor",
}
_newest: Shelf[KeptRows[Interaction]] = Shelf()
_records: Shelf[KeptRows[Contact]] = Shelf()
SIGNALS = Bulk("contacts_interaction", "contact_id", "channel", "occurred_at")
OUTCOMES: dict[str, str] = dict(CallOutcome.choices)
SIGNAL_WORDS: dict[str, Callable[[int], str]] = {
    Channel.OPEN: lambda count: ngettext("mail opened", "mails opened", count),
    Channel.CLICK: lambda count: ngettext("link clicked", "links clicked", count),
    Channel.KIOSK: lambda count: ngettext("visit at a kiosk", "visits at a kiosk", count),
    Channel.RFID: lambda count: ngettext("reading of a chip", "readings of a chip", count),
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


def read_record(user: User, pk: int) -> Contact | None:
    """A contact that the person may see, with all that the header and the facts of its page show, and whether they see
    the organizations that it names (`sees_organization`, `sees_parent`).
    """
    rights = [visible_words(Contact, user, verb) for verb in (Verb.VIEW, Verb.CHANGE, Verb.DELETE)]
    label = Contact._meta.label_lower
    key = (hidden_fields(user, Contact), *rights, *words_of_counts(label, user), *words_taken_along(label, user))
    contact = next(
        iter(_records.get_or_make(key, lambda: KeptRows(_whole_record(user))).read(pk, timezone.now())), None
    )
    if contact is not None:
        contact.can_for = user.pk  # type: ignore[attr-defined]
        put_along(contact, "points", contact.point_rows)  # type: ignore[attr-defined]
        put_along(contact, "addresses", contact.address_rows)  # type: ignore[attr-defined]
    return contact


def _whole_record(user: User) -> QuerySet[Contact]:
    named = {name for spec in fields_of("contacts.contact") if spec.default or spec.is_score for name in spec.select}
    reachable = Contact.objects.visible_to(user)
    return (
        reachable.filter(pk=ANY_KEY)
        .select_related(*named, "owner", "team", "territory", "organization", "parent", "responsible")
        .annotate(
            point_rows=rows_along(points_shown(user).filter(contact=OuterRef("pk"))),
            address_rows=rows_along(Address.objects.filter(contact=OuterRef("pk"))),
            sees_organization=_sees("organization", reachable),
            sees_parent=_sees("parent", reachable),
            **panel_counts(Contact._meta.label_lower, user),
            **taken_along(Contact._meta.label_lower, user),
            people_count=_count_of_people(reachable),
            list_rows=lists_along(),
            market_rows=markets_along(),
            **answers_along(),
            has_bulk=Exists(Interaction.objects.filter(contact=OuterRef("pk"), channel__in=BULK_CHANNELS)),
            **rights_on(Contact, user),
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
    return ContactPoint.objects.exclude(kind__in=[kind for kind, name in POINT_NAMES.items() if name in hidden])


def main_point_shown(user: User | None, contact: Contact, kind: str) -> str:
    """`main_point`, whatever way the contact was read; empty where the kind is hidden from this person."""
    return "" if POINT_NAMES[kind] in hidden_fields(user, Contact) else main_point(contact, kind)


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
    about: str = "",
    since: dt.datetime | None = None,
) -> list[TimelineEntry]:
    """The newest interactions of a contact strictly before a moment, as timeline entries, of the first page those from
    `since` on; those that come in bulk are there by the month (`signals_before`). Of a record of the kind `about` (a
    label), those that were about it."""
    if not (before or words or channels):
        return [_entry(row) for row in _newest_told(user, limit, about).read(contact_id, since or LONG_AGO)]
    rows = _told(user, contact_id, channels, about)
    if before:
        rows = rows.filter(occurred_at__lt=before)
    for word in words.split():
        rows = rows.filter(Q(subject__icontains=word) | Q(body__icontains=word) | Q(outcome__icontains=word))
    return [_entry(row) for row in rows[:limit]]


def _newest_told(user: User | None, limit: int, about: str) -> KeptRows[Interaction]:
    """The question of every page of a contact."""
    key = (limit, about, visible_words(Interaction, user))
    return _newest.get_or_make(
        key, lambda: KeptRows(_told(user, ANY_KEY, (), about).filter(occurred_at__gte=ANY_MOMENT)[:limit])
    )


def _told(user: User | None, key: int, channels: Sequence[str], about: str) -> QuerySet[Interaction]:
    rows = Interaction.objects.visible_to(user).select_related("user")
    rows = rows.filter(about_model=about, about_id=key) if about else rows.filter(contact=key)
    rows = rows.filter(channel__in=channels) if channels else rows.exclude(channel__in=BULK_CHANNELS)
    mail = OutgoingMail.objects.filter(object_model="contacts.interaction", object_id=OuterRef("pk"))
    came = IncomingMail.objects.filter(object_model="contacts.interaction", object_id=OuterRef("pk"))
    told = rows.annotate(
        named=mentioned_in("contacts.interaction"),
        mail_state=Subquery(mail.values("state")[:1]),
        came_as=Subquery(came.values("pk")[:1]),
    )
    return told.order_by("-occurred_at", "-id")


def signals_before(user: User | None, contact_id: int, before: dt.datetime | None, limit: int) -> list[TimelineEntry]:
    """What comes in bulk (opens, clicks, readers of chips), a line a month: `312 mails opened in March`.

    Whoever asks has seen to it that the person may see the contact: a count says nothing that its page does not.
    """
    return [_folded_entry(one, contact_id) for one in folded_months(SIGNALS, contact_id, BULK_CHANNELS, before, limit)]


def signal_days(contact_id: int, kind: str, month: dt.date) -> list[tuple[dt.date, int]]:
    """What stands behind one of those lines: the days of the month with how many there were, the last first."""
    return days_of(SIGNALS, contact_id, kind, month) if kind in BULK_CHANNELS else []


def _folded_entry(folded: Folded, contact_id: int) -> TimelineEntry:
    month = timezone.localtime(folded.newest)
    name = str(MONTHS[month.month]) + ("" if month.year == timezone.localdate().year else f" {month.year}")
    count = f"{number(folded.count)}+" if folded.is_capped else number(folded.count)
    names = {"count": count, "what": SIGNAL_WORDS[folded.kind](folded.count), "month": name}
    return TimelineEntry(
        at=folded.newest,
        icon=ICONS.get(Channel(folded.kind), "chat"),
        title=gettext("%(count)s %(what)s in %(month)s") % names,
        key=f"signals-{folded.kind}-{month:%Y-%m}",
        tone="neutral",
        days_url=f"{path_of('contacts:signal_days', contact_id)}?kind={folded.kind}&month={month:%Y-%m}",
    )


def people_of(user: User | None, contact: Contact) -> QuerySet[Contact]:
    """People of an organization that the person may see, by name."""
    people = Contact.objects.visible_to(user).current().filter(organization=contact)
    return people.prefetch_related(Prefetch("points", points_shown(user))).order_by("sort_name", "id")


def _entry(row: Interaction) -> TimelineEntry:
    return TimelineEntry(
        at=row.occurred_at,
        icon=_icon(row),
        title=row.subject or translated(CHANNEL_WORDS[row.channel]),
        key=f"interaction-{row.pk}",
        text=row.body,
        who=" · ".join(_who(row)),
        tone="accent" if row.direction == Direction.INBOUND else "neutral",
        url=path_of("incoming:mail_detail", came_as) if (came_as := getattr(row, "came_as", None)) else "",
        notes=tuple(_notes(row)),
        names=tuple(getattr(row, "named", None) or ()),
        answers=row.pk if row.channel == Channel.EMAIL and row.direction == Direction.INBOUND else None,
    )


def _notes(row: Interaction) -> Iterable[str]:
    if row.outcome:
        yield in_words("Outcome: %(outcome)s", outcome=in_sentence(OUTCOMES.get(row.outcome, row.outcome)))
    state = getattr(row, "mail_state", None)
    if state and state != MailState.SENT:
        yield in_words("Mail: %(state)s", state=in_sentence(MailState(state).label))


def _icon(row: Interaction) -> str:
    if row.channel == Channel.PHONE:
        return "telephone-inbound" if row.direction == Direction.INBOUND else "telephone-outbound"
    return ICONS.get(Channel(row.channel), "chat") if row.channel in CHANNEL_WORDS else "chat"


def _who(row: Interaction) -> Iterable[str]:
    if row.channel in CHANNEL_WORDS:
        yield in_sentence(CHANNEL_WORDS[row.channel])
    if row.duration_seconds:
        yield duration(row.duration_seconds)
    if row.user:
        yield row.user.name


def merged_into(contact: int) -> list[int]:
    """The keys of the contacts that went into this one."""
    return list(Contact.objects.filter(merged_into=contact).order_by("pk").values_list("pk", flat=True))
