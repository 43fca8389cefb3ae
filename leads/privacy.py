"""Data of persons in leads: those that became the contact, and those that came with an address of theirs."""

from __future__ import annotations

from django.db.models import Q

from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable, Swept
from leads.models import Lead, OptOut

ORIGIN = (
    "source", "list_name", "campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "industry",
)  # fmt: skip


def leads_of(person: Person) -> Q:
    return Q(contact__in=person.ids) | Q(email_key__in=person.addresses)


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
)  # fmt: skip
