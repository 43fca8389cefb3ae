"""The fields of single contacts with customers, as a list of them shows; and what the map adds to tickets."""

from __future__ import annotations

from typing import Any

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from contacts.choices import Channel, Direction
from contacts.queries import UNSEEN_CONTACT
from crm.catalogue import FieldSpec
from crm.templatetags.figures import day_and_time
from feedback.experience.events import marked_interactions, marked_tickets, words_of


def _customer(interaction: Any) -> SafeString | str:
    contact = interaction.contact
    address = getattr(contact, "get_absolute_url", None)
    return format_html('<a href="{}">{}</a>', address(), contact.name) if address else conditional_escape(contact)


TOUCH_FIELDS = (
    FieldSpec("customer", "Customer", "contact__name", select=("contact",), default=True, order=10, cell=_customer,
        value=lambda one: one.contact.name, stored="contacts.interaction.contact", unseen=UNSEEN_CONTACT,
        held_in="contact__search_text", always=True),
    FieldSpec("subject", "Subject", "subject", default=True, order=20),
    FieldSpec("channel", "Channel", "channel", kind="choice", choices=lambda: Channel.choices, default=True, order=30),
    FieldSpec("direction", "Direction", "direction", kind="choice", choices=lambda: Direction.choices, order=31),
    FieldSpec("outcome", "Outcome", "outcome", order=32),
    FieldSpec("occurred_at", "When", "occurred_at", kind="date", sort=True, default=True, order=40, always=True,
        cell=lambda one: day_and_time(one.occurred_at)),
    FieldSpec("touch_point", "Touch point", "pk", kind="mark", mark=marked_interactions, words=words_of, column=False,
        order=80, stored="contacts.interaction.channel"),
)  # fmt: skip
TICKET_FIELDS = (
    FieldSpec("touch_point", "Touch point", "pk", kind="mark", mark=marked_tickets, words=words_of, column=False,
        order=83, stored="service.ticket.channel"),
)  # fmt: skip
