"""Makers of rows for tests: each call makes one valid record, other than the ones before; name what matters."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from contacts.choices import PointKind
from contacts.keeping import refresh_search
from contacts.models import Address, Contact, ContactPoint, Interaction
from contacts.normalising import normalise_point
from crm.catalogue import api_areas
from crm.choices import Role
from crm.models import ApiToken, Company, StoredFile, Team, User
from crm.rest.actions import issue_token
from feedback.keeping import refresh_responses, refresh_surveys
from feedback.models import Answer, Question, Response, Survey
from leads.keeping import refresh_search as refresh_leads
from leads.models import Lead
from orders.invoices.keeping import refresh_invoices
from orders.keeping import refresh_products, refresh_totals
from orders.models import Invoice, Order, OrderLine, Payment, Product, ProductRegistration, Subscription
from pipeline.actions import default_pipeline, move_deal, open_deal
from pipeline.models import Deal, Pipeline, Quote, Stage
from pipeline.quotes.actions import LineInput, create_quote, send_quote
from service.actions import open_ticket
from service.knowledge.actions import publish_article, write_article
from service.models import Article, Ticket

count = itertools.count(1)
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def make_company(**fields: Any) -> Company:
    """The one company; UTC and EUR unless said otherwise."""
    return Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "currency": "EUR", **fields})[0]


def make_team(**fields: Any) -> Team:
    return Team.objects.create(**{"name": f"Team {next(count)}", **fields})


def make_user(role: str = Role.MANAGER, **fields: Any) -> User:
    number = next(count)
    return User.objects.create_user(f"user{number}@crm.example", **{"name": f"User {number}", "role": role, **fields})


def make_contact(
    *, emails: tuple[str, ...] = (), phones: tuple[str, ...] = (), city: str = "", **fields: Any
) -> Contact:
    """A person unless `kind` says otherwise, with what it is found by kept right."""
    contact = Contact.objects.create(**{"name": f"Contact {next(count):04}", **fields})
    for kind, values in ((PointKind.EMAIL, emails), (PointKind.PHONE, phones)):
        for index, value in enumerate(values):
            ContactPoint.objects.create(
                contact=contact, kind=kind, value=value, normalised=normalise_point(kind, value), is_primary=index == 0
            )
    if city:
        Address.objects.create(contact=contact, city=city, country="GB")
    refresh_search([contact.pk])
    contact.refresh_from_db()
    return contact


def make_lead(**fields: Any) -> Lead:
    """A lead with what it is found and compared by kept right."""
    lead = Lead(**{"name": f"Lead {next(count):04}", **fields})
    lead.email_key = lead.email_key or normalise_point(PointKind.EMAIL, lead.email)
    lead.phone_key = lead.phone_key or (
        normalise_point(PointKind.PHONE, lead.phone, lead.country) if lead.phone else ""
    )
    lead.save()
    refresh_leads([lead.pk])
    lead.refresh_from_db()
    return lead


def make_interaction(contact: Contact, **fields: Any) -> Interaction:
    values = {"occurred_at": NOON, "channel": "phone", "subject": f"Call {next(count)}", **fields}
    return Interaction.objects.create(contact=contact, **values)


def make_product(**fields: Any) -> Product:
    product = Product.objects.create(**{"name": f"Product {next(count):04}", "unit_price": Decimal(5), **fields})
    refresh_products([product.pk])
    product.refresh_from_db()
    return product


def make_order(contact: Contact | None = None, *, lines: tuple[dict[str, Any], ...] = (), **fields: Any) -> Order:
    """An order of one piece for 10.00 unless `lines` says otherwise, with its totals kept right."""
    values = {
        "ordered_at": NOON,
        "ordered_on": NOON.date(),
        "currency": "EUR",
        "number": f"N{next(count):05}",
        **fields,
    }
    order = Order.objects.create(contact=contact, **values)
    for position, line in enumerate(lines or ({"quantity": 1, "amount": Decimal(10)},), start=1):
        OrderLine.objects.create(order=order, position=position, **line)
    refresh_totals([order.pk])
    order.refresh_from_db()
    return order


def make_subscription(contact: Contact, **fields: Any) -> Subscription:
    """A running contract since March 2026 unless said otherwise."""
    values = {"plan": f"Plan {next(count)}", "started_on": NOON.date(), "currency": "EUR", **fields}
    return Subscription.objects.create(contact=contact, **values)


def make_pipeline(*names: str, **fields: Any) -> Pipeline:
    """A pipeline with these open stages that ask for nothing (First, Second), and Won and Lost."""
    pipeline = Pipeline.objects.create(**{"name": f"Pipeline {next(count)}", **fields})
    stages = [*((name, "open") for name in names or ("First", "Second")), ("Won", "won"), ("Lost", "lost")]
    for position, (name, kind) in enumerate(stages, start=1):
        Stage.objects.create(pipeline=pipeline, name=name, position=position, kind=kind)
    return pipeline


def make_deal(stage: Stage | None = None, *, closed: tuple[str, dt.date] | None = None, **fields: Any) -> Deal:
    """A deal opened on the day of `NOON` over 100.00; `closed` moves it into a stage of that name on that day."""
    values = {"title": f"Deal {next(count):04}", "amount": Decimal(100), "opened_on": NOON.date(), **fields}
    if stage is not None:
        values["stage"] = stage
    elif not Pipeline.objects.exists():
        make_pipeline()
    deal = open_deal(actor=None, fields={"pipeline": default_pipeline(), **values})
    if closed is None:
        return deal
    end = Stage.objects.get(pipeline=deal.pipeline, name=closed[0])
    return move_deal(actor=None, deal=deal, version=deal.version, stage=end, on=closed[1])


def make_invoice(contact: Contact, *, paid: Decimal | int = 0, **fields: Any) -> Invoice:
    """An invoice of 100.00, issued on the second of March 2026, of which `paid` was paid on the third."""
    values = {
        "number": f"R{next(count):05}",
        "issued_on": NOON.date(),
        "currency": "EUR",
        "amount": Decimal(100),
        **fields,
    }
    invoice = Invoice.objects.create(contact=contact, **values)
    if paid:
        Payment.objects.create(invoice=invoice, amount=paid, paid_on=NOON.date() + dt.timedelta(days=1))
    refresh_invoices([invoice.pk])
    invoice.refresh_from_db()
    return invoice


def make_registration(contact: Contact, **fields: Any) -> ProductRegistration:
    values = {"serial": f"S-{next(count):05}", "registered_on": NOON.date(), **fields}
    values.setdefault("product", make_product())
    return ProductRegistration.objects.create(contact=contact, **values)


def make_quote(contact: Contact | None = None, *, lines: tuple[LineInput, ...] = (), **fields: Any) -> Quote:
    """A draft over a text for 100.00 and 19 % tax, unless `lines` says otherwise; valid for a month."""
    values = {
        "contact": contact or make_contact(),
        "title": f"Quote {next(count):04}",
        "currency": "EUR",
        "valid_until": timezone.now().date() + dt.timedelta(days=30),
        **fields,
    }
    one = LineInput(text="Fitting", quantity=Decimal(1), unit_price=Decimal(100), tax_rate=Decimal(19))
    return create_quote(actor=fields.get("owner"), fields=values, lines=lines or (one,))


def sent_quote(contact: Contact | None = None, **fields: Any) -> Quote:
    """A quote as it stands after it was sent with a document; drawn by nobody."""
    quote = make_quote(contact, **fields)
    stored = StoredFile(name="quote.pdf", content_type="application/pdf", size=5, sha256="0" * 64)
    stored.file.save("any", ContentFile(b"%PDF-"), save=True)
    Quote.objects.filter(pk=quote.pk).update(document=stored)
    quote.refresh_from_db()
    return send_quote(actor=None, quote=quote, version=quote.version)


def make_ticket(
    contact: Contact | None = None, *, body: str = "One of twelve panes came broken.", **fields: Any
) -> Ticket:
    """A new ticket of somebody with an address, unless said otherwise."""
    values = {"subject": f"Broken pane {next(count):04}", "contact": contact, "channel": "email", **fields}
    if contact is None:
        values = {"requester_name": "Mia Keller", "requester_email": "mia@example.com", **values}
    return open_ticket(actor=None, fields=values, body=body)


def make_article(*, is_published: bool = False, **fields: Any) -> Article:
    """A draft for colleagues in English, unless said otherwise."""
    values = {"title": f"How to hang a frame {next(count):04}", "body": "With two hooks.", **fields}
    article = write_article(actor=None, fields=values)
    return publish_article(actor=None, article=article) if is_published else article


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def make_token(user: User, *scopes: str, **fields: Any) -> str:
    """The secret of an API token of this person: every scope unless some are named."""
    every = [scope for area in api_areas() for scope in area.scopes]
    token, secret = issue_token(actor=user, name=f"Token {next(count)}", scopes=scopes or every)
    if fields:
        ApiToken.objects.filter(pk=token.pk).update(**fields)
    return secret


def make_survey(**fields: Any) -> Survey:
    """A closed survey with the one question how likely somebody is to recommend us."""
    survey = Survey.objects.create(**{"name": f"Survey {next(count):04}", "state": "closed", **fields})
    Question.objects.create(survey=survey, text="How likely?", kind="nps", dimension="nps", low=0, high=10)
    refresh_surveys()
    survey.refresh_from_db()
    return survey


def make_response(
    contact: Contact | None, score: int | None = 9, *, comment: str = "", survey: Survey | None = None, **fields: Any
) -> Response:
    """What a contact answered to the first question of a survey; what is kept of it kept right."""
    asked = survey or make_survey()
    response = Response.objects.create(**{"survey": asked, "contact": contact, "answered_at": NOON, **fields})
    Answer.objects.create(response=response, question=asked.questions.all()[0], value=score, comment=comment)
    refresh_responses([response.pk])
    response.refresh_from_db()
    return response
