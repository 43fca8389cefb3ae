"""The two rules of nurturing: why a sequence stops for a lead, and whether a mail may be sent to it.

A sequence stops for what happened after the lead came into it (or was let go on): the lead was put away, converted, not
pursued or qualified; it said no; it answered, by any channel on which people answer, as a lead or as its contact. A
call that reached somebody and a meeting are answers, too.

A mail goes only to whom the rule of permission allows: of a lead with a contact, `contacts.permission.rule`; a lead
without one is held to the same order of questions by what it agreed to on our forms.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from contacts.choices import Answer, CallOutcome, Channel, ConsentChannel, ConsentLevel, Direction, ListKind, PointKind
from contacts.models import Consent, Contact, ContactPoint, Interaction, Purpose
from contacts.models.permission import EVERY_PURPOSE
from contacts.permission.rule import Permission, answer_for, permission_of, said_for
from crm.mail.addresses import normal_address
from crm.mail.suppression import closed_among, refused_among
from crm.templatetags.figures import full_day
from leads.choices import LeadStatus, StopReason
from leads.models import CaptureSubmission, Enrolment, Lead, LeadTouch, OptOut

ANSWERED_BY = (
    Channel.EMAIL,
    Channel.PHONE,
    Channel.CHAT,
    Channel.SOCIAL,
    Channel.WIRELESS,
    Channel.MEETING,
    Channel.VISIT,
)
REACHED = (CallOutcome.ANSWERED, CallOutcome.CALL_BACK)
ANSWER = (
    Q(direction=Direction.INBOUND, channel__in=ANSWERED_BY)
    | Q(channel=Channel.MEETING)
    | Q(channel=Channel.PHONE, outcome__in=REACHED)
)
"""What counts as an answer of somebody, of a touch or an interaction."""
SENT_BY_FORM = Q(direction=Direction.INBOUND, channel=Channel.WEB)


@dataclass(frozen=True)
class Written:
    """Whether a lead may be written to, why, and at which address."""

    permission: Permission
    address: str = ""

    @property
    def is_yes(self) -> bool:
        return self.permission.is_yes and bool(self.address)


def stop_reason() -> Case:
    """Why an enrolment has to stop (a `StopReason`), or an empty text: an expression."""
    return Case(
        When(lead__archived_at__isnull=False, then=Value(StopReason.ARCHIVED)),
        When(lead__status=LeadStatus.CONVERTED, then=Value(StopReason.CONVERTED)),
        When(lead__status=LeadStatus.DISQUALIFIED, then=Value(StopReason.LOST)),
        When(lead__status=LeadStatus.QUALIFIED, then=Value(StopReason.QUALIFIED)),
        When(_said_no(), then=Value(StopReason.UNSUBSCRIBED)),
        When(_answered(), then=Value(StopReason.REPLIED)),
        default=Value(""),
        output_field=CharField(),
    )


def to_stop(rows: QuerySet[Enrolment]) -> QuerySet[Any]:
    """Those of the enrolments that have to stop, each with its `stops`."""
    return rows.annotate(stops=stop_reason()).exclude(stops="")


def written_to(leads: Sequence[Lead], purpose: str, at: dt.datetime | None = None) -> dict[int, Written]:
    """For each lead (by id) whether a mail for the purpose may go to it now; a few queries, however many."""
    moment = at or timezone.now()
    known = [lead for lead in leads if lead.contact_id]
    strangers = [lead for lead in leads if not lead.contact_id]
    return {**_of_contacts(known, purpose, moment), **_of_strangers(strangers, purpose, moment)}


def _said_no() -> Q:
    lead_contact = OuterRef("lead__contact")
    by_contact = Consent.objects.filter(
        Q(contact=lead_contact) | Q(contact__merged_into=lead_contact),
        channel=ConsentChannel.EMAIL,
        purpose__in=(OuterRef("sequence__purpose"), Value(EVERY_PURPOSE)),
        level=ConsentLevel.NONE,
        recorded_at__gt=OuterRef("since"),
    )
    by_lead = OptOut.objects.filter(lead=OuterRef("lead"), at__gt=OuterRef("since"))
    return Q(Exists(by_contact)) | Q(Exists(by_lead))


def _answered() -> Q:
    as_lead = LeadTouch.objects.filter(ANSWER | SENT_BY_FORM, lead=OuterRef("lead"), occurred_at__gt=OuterRef("since"))
    as_contact = Interaction.objects.filter(
        ANSWER, contact=OuterRef("lead__contact"), occurred_at__gt=OuterRef("since")
    )
    return Q(Exists(as_lead)) | Q(Exists(as_contact))


def _of_contacts(leads: Sequence[Lead], purpose: str, moment: dt.datetime) -> dict[int, Written]:
    if not leads:
        return {}
    keys = {lead.contact_id for lead in leads if lead.contact_id}
    rows = Contact.objects.filter(pk__in=keys).annotate(
        answer=answer_for(ConsentChannel.EMAIL, purpose, moment), said=said_for(ConsentChannel.EMAIL, purpose, moment)
    )
    answers = {pk: permission_of(answer, said) for pk, answer, said in rows.values_list("pk", "answer", "said")}
    points: dict[int, dict[str, str]] = {}
    found = ContactPoint.objects.filter(contact__in=keys, kind=PointKind.EMAIL)
    for key, normalised, value in found.values_list("contact", "normalised", "value"):
        points.setdefault(key, {})[normalised] = value
    suppressed = _suppressed(one for addresses in points.values() for one in addresses)
    return {
        lead.pk: Written(answers[lead.contact_id], _address_of(lead, points.get(lead.contact_id, {}), suppressed))
        for lead in leads
        if lead.contact_id in answers
    }


def _address_of(lead: Lead, points: dict[str, str], suppressed: set[str]) -> str:
    """The lead's own address where it is the contact's, too: what a stranger typed gets no mail for a contact."""
    open_ones = {key: value for key, value in points.items() if key not in suppressed}
    return open_ones.get(lead.email_key) or next(iter(open_ones.values()), "")


def _of_strangers(leads: Sequence[Lead], purpose: str, moment: dt.datetime) -> dict[int, Written]:
    if not leads:
        return {}
    keys = {lead.pk: normal_address(lead.email) for lead in leads if lead.email_key}
    suppressed = _suppressed(keys.values())
    before = refused_among(keys.values())
    refused = dict(
        OptOut.objects.filter(email_key__in=[lead.email_key for lead in leads if lead.email_key], purpose=purpose)
        .order_by("at")
        .values_list("email_key", "at")
    )
    least = Purpose.objects.filter(key=purpose).values_list("least_level", flat=True).first()
    agreed = {
        one.lead_id: one
        for one in CaptureSubmission.objects.filter(
            lead__in=leads, has_consent=True, form__consent_purpose__in=(purpose, EVERY_PURPOSE)
        )
        .select_related("form")
        .order_by("created_at")
    }
    needed = int(ConsentLevel.OPT_IN) if least is None else least
    return {
        lead.pk: Written(
            _stranger(
                lead,
                keys.get(lead.pk, ""),
                agreed.get(lead.pk),
                refused.get(lead.email_key) or before.get(keys.get(lead.pk, "")),
                needed,
                suppressed,
            ),
            lead.email,
        )
        for lead in leads
    }


def _stranger(
    lead: Lead,
    address: str,
    agreed: CaptureSubmission | None,
    refused_at: dt.datetime | None,
    needed: int,
    suppressed: set[str],
) -> Permission:
    """The same questions in the same order as of a contact."""
    level, said_at = -1, None
    if agreed is not None:
        level = ConsentLevel.DOUBLE_OPT_IN if agreed.confirmed_at else ConsentLevel.OPT_IN
        said_at = agreed.confirmed_at or agreed.created_at
    answer = Answer.GRANTED
    if not address:
        answer = Answer.UNREACHABLE
    elif address in suppressed:
        answer = Answer.SUPPRESSED
    elif refused_at is not None and (said_at is None or said_at < refused_at):
        answer = Answer.WITHDRAWN
    elif needed == ConsentLevel.NONE:
        answer = Answer.NOT_NEEDED
    elif lead.list_kind == ListKind.COMPILED and level < ConsentLevel.OPT_IN:
        answer = Answer.COMPILED
    elif level < ConsentLevel.NONE:
        answer = Answer.NEVER_ASKED
    elif level < needed:
        answer = Answer.TOO_WEAK
    words = str(answer.label)
    if answer == Answer.GRANTED and agreed is not None and said_at is not None:
        words = f"{words} on {full_day(timezone.localtime(said_at))}, form “{agreed.form.name}”"
    elif answer == Answer.WITHDRAWN and refused_at is not None:
        words = f"{words} on {full_day(timezone.localtime(refused_at))}"
    return Permission(answer, words)


def _suppressed(addresses: Iterable[str]) -> set[str]:
    return closed_among(addresses)
