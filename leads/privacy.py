"""Data of persons in leads: those that became the contact, and those that came with an address of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contacts.choices import Act
from contacts.models import Contact, ContactPoint
from contacts.privacy.people import SHORTEST_NAME
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Times
from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable, Swept
from crm.company import company_today
from leads.choices import OPEN_STATUSES
from leads.models import Lead, LeadTouch, OptOut

LEAD = "leads.lead"
ORIGIN = (
    "source", "list_name", "campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "industry",
)  # fmt: skip


def leads_of(person: Person) -> Q:
    return Q(contact__in=person.ids) | Q(email_key__in=person.addresses) | Q(pk__in=person.keys_of(LEAD))


def on_leads(person: Person) -> Q:
    """Rows of their leads."""
    return Q(lead__in=Lead.objects.filter(leads_of(person)).order_by().values("pk"))


def of_enrolments(person: Person) -> Q:
    return Q(enrolment__lead__in=Lead.objects.filter(leads_of(person)).order_by().values("pk"))


def opt_outs(person: Person) -> Q:
    return on_leads(person) | Q(email_key__in=person.addresses)


def refused_by(person: Person) -> list[str]:
    """The addresses that said no by the link of a mail, as leads; whatever was said since, it is asked anew."""
    rows = OptOut.objects.filter(opt_outs(person)).filter(email_key__contains="@")
    return list(rows.order_by("email_key").values_list("email_key", flat=True).distinct())


def mails_of(person: Person) -> list[str]:
    """Every address that they had as leads."""
    rows = Lead.objects.filter(leads_of(person)).filter(email_key__contains="@")
    return list(rows.order_by("email_key").values_list("email_key", flat=True).distinct())


def never_converted(before: dt.datetime) -> QuerySet[Lead]:
    """Leads without a contact that nobody had to do with since; what waits for a day to come is not among them."""
    touched = LeadTouch.objects.filter(lead=OuterRef("pk"), occurred_at__gte=before)
    rows = Lead.objects.filter(
        contact=None, converted_at=None, created_at__lt=before, status_at__lt=before, updated_at__lt=before
    ).exclude(name=ERASED, email="", phone="")
    return rows.exclude(recycle_on__gte=company_today()).exclude(Exists(touched))


def people_of(keys: Sequence[int]) -> list[Person]:
    """Each lead as a person: with its address, name and number where nobody else, lead or contact, has them."""
    leads = list(Lead.objects.filter(pk__in=keys).order_by("pk"))
    others = Lead.objects.exclude(pk__in=keys)
    mails, phones = {one.email_key for one in leads} - {""}, {one.phone_key for one in leads} - {""}
    names = {one.name for one in leads}
    taken = {
        *others.filter(email_key__in=mails).values_list("email_key", flat=True),
        *others.filter(phone_key__in=phones).values_list("phone_key", flat=True),
        *others.filter(name__in=names).values_list("name", flat=True),
        *ContactPoint.objects.filter(normalised__in=mails | phones).values_list("normalised", flat=True),
        *Contact.objects.filter(name__in=names).values_list("name", flat=True),
    }
    found = []
    for one in leads:
        addresses = [] if one.email_key in taken | {""} else [one.email_key, one.email]
        words = [] if one.name in taken or len(one.name) < SHORTEST_NAME else [one.name]
        words += [] if one.phone_key in taken | {""} else [one.phone_key, one.phone]
        found.append(Person((), _once(addresses), _once(words), ((LEAD, one.pk),)))
    return found


def _once(words: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _with_open_leads(times: Times) -> QuerySet[Any]:
    return Lead.objects.filter(status__in=OPEN_STATUSES)


def _with_late_leads(times: Times) -> QuerySet[Any]:
    return Lead.objects.filter(updated_at__gte=times.before)


KEEPING = (
    KeptBack("an open lead", _with_open_leads, is_open=True),
    KeptBack("a lead of since then", _with_late_leads),
)
AGES = (
    AgedKind(
        "leads.never",
        "Leads that never became customers",
        Act.ERASE,
        24,
        "Nobody touched them since, in any status. The row stays without a word, so that no count of sources changes.",
        LEAD,
        never_converted,
        people=people_of,
    ),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable(
            "leads.lead", further=leads_of, keeps=ORIGIN, words={"name": ERASED, "sort_name": "erased"},
        ),
        PersonalTable("leads.leadtouch", further=on_leads, title="Touches of leads"),
        PersonalTable("leads.capturesubmission", further=on_leads, title="Forms that they sent"),
        PersonalTable("leads.checklistanswer", further=on_leads, title="What was found out about them"),
        PersonalTable("leads.leadassignment", further=on_leads, words={"why": ERASED}),
        PersonalTable(
            "leads.conversion", ("contact", "organization", "contact_before"), keeps=("record_model", "status_before")
        ),
        PersonalTable("leads.enrolment", further=on_leads, title="Sequences"),
        PersonalTable("leads.sequencetouch", further=of_enrolments, title="Steps of sequences"),
        PersonalTable("leads.callentry", further=on_leads, keeps=("outcome",), title="Call lists"),
        PersonalTable("leads.optout", further=opt_outs, keeps=("purpose",), title="Refusals"),
    ),
    without={
        "Words of the house itself: how leads are asked for, scored and given out.": (
            "leads.allocationrule", "leads.allocationturn", "leads.calllist", "leads.captureform",
            "leads.checklistitem", "leads.intake", "leads.leadcost", "leads.leadsum", "leads.scorerule",
            "leads.sequence", "leads.sequencestep",
        ),
    },
    swept=(Swept("leads_leadtouch", ("subject", "body")),),
    refused=(refused_by,),
    mails=(mails_of,),
    ages=AGES,
    keeping=KEEPING,
)  # fmt: skip
