"""What is kept of a refusal when the one who said no is erased: not the address, only what it hashes to."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from contacts.choices import ConsentLevel, PointKind
from contacts.models import Consent, ContactPoint
from contacts.permission.rule import NUMBERS, POINTS, in_force
from contacts.privacy.tables import Person, apps_with_personal_data
from crm.mail.addresses import normal_address
from crm.mail.choices import SuppressionReason
from crm.mail.suppression import keep_digest
from crm.models import SuppressedAddress


def keep_refusals(person: Person) -> int:
    """Remember the hash of each address that nothing is sent to, and of each address, number or handle whose owner's
    word in force on any purpose is a no; how many. Of contacts that were merged each one's word counts, as does what an
    app knows of refusals: a no is never lost. A no to letters is not kept: a postal address is a household's, written
    in many ways, so that its hash would close others and miss them."""
    points = list(ContactPoint.objects.filter(contact__in=person.ids).values_list("kind", "normalised"))
    mails = {form for kind, one in points if kind == PointKind.EMAIL for form in _forms(one)}
    # who is no contact (a lead) has an address and no points
    mails |= {form for one in person.addresses if "@" in one for form in _forms(one)}
    kept: dict[str, str] = {}
    for address, reason in SuppressedAddress.objects.filter(address__in=mails).values_list("address", "reason"):
        kept |= dict.fromkeys(_forms(address), reason)
    refused = [one for app in apps_with_personal_data() for ask in app.refused for one in ask(person)]
    for channel, kind in POINTS.items():
        if _said_no(person, channel):
            refused += [_channelled(channel, one) for of, one in points if of == kind]
    for one in refused:
        for form in _forms(one):
            kept.setdefault(form, SuppressionReason.WITHDRAWN)
    for address, reason in kept.items():
        keep_digest(address, reason)
    return len(kept)


def keep_late_refusals(person: Person, known: Sequence[int]) -> int:
    """The same for what was said while somebody was erased: their addresses and numbers are known by the person alone
    now. `known` are the consents that the erasure saw; how many are kept."""
    count = keep_refusals(person)
    late = Consent.objects.filter(contact__in=person.ids, level=ConsentLevel.NONE).exclude(pk__in=known)
    numbers = [one for one in person.names if one.startswith("+")]
    for channel in dict.fromkeys(late.order_by("pk").values_list("channel", flat=True)):
        kind = {str(one): of for one, of in POINTS.items()}.get(channel)
        points = person.addresses if kind == PointKind.EMAIL else numbers if kind else ()
        for form in {form for one in points for form in _forms(_channelled(channel, one))}:
            keep_digest(form, SuppressionReason.WITHDRAWN)
            count += 1
    return count


def refuse_everything(person: Person) -> int:
    """Remember the hash of every address, number and handle of theirs as one that said no to marketing, whatever stands
    here of it: what they said after a backup was made, it does not know. How many."""
    points = list(ContactPoint.objects.filter(contact__in=person.ids).values_list("kind", "normalised"))
    closed = [_channelled(channel, one) for channel, kind in POINTS.items() for of, one in points if of == kind]
    closed += [one for app in apps_with_personal_data() for ask in app.mails for one in ask(person)]
    forms = dict.fromkeys(form for one in closed for form in _forms(one))
    for form in forms:
        keep_digest(form, SuppressionReason.WITHDRAWN)
    return len(forms)


def _channelled(channel: str, point: str) -> str:
    """A number is called and written to: its hash says by which of the two nobody comes any more."""
    return f"{channel}:{point}" if channel in NUMBERS else point


def _forms(point: str) -> tuple[str, ...]:
    """An address as contacts compare it, and as mail does (`xn--`): each is asked for by its hash."""
    return tuple(dict.fromkeys((point, normal_address(point)))) if "@" in point[1:] else (point,)


def _said_no(person: Person, channel: str) -> bool:
    now = timezone.now()
    said = Consent.objects.filter(contact__in=person.ids, channel=channel, recorded_at__lte=now)
    pairs = said.order_by().values_list("contact", "purpose").distinct()
    words = (in_force(key, channel, purpose, now).values_list("level", flat=True).first() for key, purpose in pairs)
    return any(level == ConsentLevel.NONE for level in words)
