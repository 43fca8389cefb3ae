"""Data of persons in deals and quotes. Amounts stay; so do the deals of an organization, without the person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from contacts.privacy.retention.kinds import KeptBack, Times
from contacts.privacy.tables import ERASED, Person, PersonalData, PersonalTable, Swept
from crm.templatetags.figures import plural
from pipeline.choices import Outcome
from pipeline.models import Deal, DealRole, Quote
from pipeline.quotes.choices import EDITABLE, QuoteState


def own_deals(person: Person) -> Q:
    return Q(contact__in=person.ids, organization=None) | Q(organization__in=person.ids)


def deals_of_organization(person: Person) -> Q:
    return Q(contact__in=person.ids, organization__isnull=False) & ~Q(organization__in=person.ids)


def on_own_deals(person: Person) -> Q:
    return Q(deal__in=Deal.objects.filter(own_deals(person)).order_by().values("pk"))


def quotes_of(person: Person) -> Q:
    return Q(contact__in=person.ids) | Q(recipient__in=person.ids)


def on_quotes(person: Person) -> Q:
    return Q(quote__contact__in=person.ids) | Q(quote__recipient__in=person.ids)


def what_is_open(person: Person) -> list[str]:
    count = Deal.objects.filter(
        Q(contact__in=person.ids) | Q(organization__in=person.ids), outcome=Outcome.OPEN
    ).count()
    return [plural(count, "open deal", "open deals")] if count else []


def _in_open_deals(times: Times) -> QuerySet[Any]:
    return Deal.objects.filter(outcome=Outcome.OPEN)


def _in_late_deals(times: Times) -> QuerySet[Any]:
    return Deal.objects.filter(updated_at__gte=times.before)


def _roles_in_open(times: Times) -> QuerySet[Any]:
    return DealRole.objects.filter(deal__outcome=Outcome.OPEN)


def _roles_in_late(times: Times) -> QuerySet[Any]:
    return DealRole.objects.filter(deal__updated_at__gte=times.before)


def _open_quotes(times: Times) -> QuerySet[Any]:
    return Quote.objects.filter(state__in=(*EDITABLE, QuoteState.SENT))


def _late_quotes(times: Times) -> QuerySet[Any]:
    return Quote.objects.filter(updated_at__gte=times.before)


KEEPING = (
    KeptBack("an open deal", _in_open_deals, is_open=True),
    KeptBack("a deal of since then", _in_late_deals),
    KeptBack("a role in an open deal", _roles_in_open, is_open=True),
    KeptBack("a role in a deal of since then", _roles_in_late),
    KeptBack("an open quote", _open_quotes, is_open=True),
    KeptBack("a quote of since then", _late_quotes),
    KeptBack("got an open quote for their organization", _open_quotes, "recipient", is_open=True),
    KeptBack("got a quote for their organization since then", _late_quotes, "recipient"),
)
PERSONAL_DATA = PersonalData(
    tables=(
        PersonalTable(
            "pipeline.deal", further=own_deals, keeps=("external_id", "source", "reason"),
            words={"title": ERASED, "sort_name": "erased"},
        ),
        PersonalTable(
            "pipeline.deal", further=deals_of_organization, title="Deals of their organization",
            keeps=("external_id", "source", "reason", "title", "sort_name", "search_text", "custom"),
        ),
        PersonalTable("pipeline.dealrole", ("contact",), gone=True, title="Roles in deals"),
        PersonalTable("pipeline.stagechange", further=on_own_deals, keeps=("reason",)),
        PersonalTable("pipeline.dealcompetitor", further=on_own_deals, keeps=("name",)),
        PersonalTable(
            "pipeline.quote", further=quotes_of, keeps=("number",), words={"title": "Quote"}, empties=("document",)
        ),
        PersonalTable("pipeline.quoteline", further=on_quotes, title="Lines of quotes"),
        PersonalTable("pipeline.quotestep", further=on_quotes, title="What happened to quotes"),
    ),
    without={
        "Words of the house itself: its pipelines, targets and letterhead.": (
            "pipeline.letterhead", "pipeline.outcomereason", "pipeline.pipeline", "pipeline.stage", "pipeline.target",
            "pipeline.discountlimit", "pipeline.quoteseries",
        ),
        "Figures of deals, without words of anybody.": ("pipeline.dealline", "pipeline.dealsum", "pipeline.dealshare"),
    },
    swept=(Swept("pipeline_deal", ("title", "next_step", "sort_name", "search_text")),),
    stands=(what_is_open,),
    keeping=KEEPING,
)  # fmt: skip
