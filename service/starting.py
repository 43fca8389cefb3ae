"""The first hour: when customers are answered, and an agent's first answer."""

from __future__ import annotations

from django.urls import reverse

from crm.access import can
from crm.choices import Role, Verb
from crm.starting.reading import has_done
from crm.starting.spec import StartStep
from service.models import Article, Message, ServiceHours, Ticket

STEPS = (
    StartStep(
        "hours",
        "Say when you work",
        "Hours and days off. Promises to customers count these hours only.",
        "Enter working hours",
        lambda: reverse("service:hours"),
        lambda user: ServiceHours.objects.exists(),
        order=20,
        is_setup=True,
        help="admins#tickets",
    ),
    StartStep(
        "ticket",
        "Answer a ticket",
        "Take one that nobody has, or write down what somebody asks on the phone.",
        "Open the tickets",
        lambda: reverse("service:ticket_list"),
        lambda user: Message.objects.filter(author=user).exists(),
        order=110,
        roles=(Role.AGENT,),
        may=lambda user: can(user, Verb.CHANGE, Ticket),
        help="tickets",
    ),
    StartStep(
        "article",
        "Write down what helps",
        "An article for colleagues, and for customers if you like.",
        "New article",
        lambda: reverse("service:article_create"),
        has_done("service.article"),
        order=130,
        roles=(Role.AGENT,),
        may=lambda user: can(user, Verb.ADD, Article),
        help="knowledge",
    ),
)
