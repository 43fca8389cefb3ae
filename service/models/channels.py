"""Other ways to a ticket than mail: public web forms, and conversations of chats and social networks."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from service.models.queues import Queue
from service.models.tickets import Ticket


def form_token() -> str:
    """The unguessable part of a form's address."""
    return secrets.token_urlsafe(16)


class WebForm(models.Model):
    """A public form at /f/ticket/TOKEN/: what strangers send by it becomes a ticket of its queue."""

    name = models.CharField(max_length=120, unique=True, help_text="For you; the title is what strangers see.")
    token = models.CharField(max_length=40, unique=True, default=form_token, editable=False)
    is_active = models.BooleanField("in use", default=True)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="web_forms")
    title = models.CharField(max_length=160, default="How can we help?")
    intro = models.TextField("introduction", max_length=2_000, blank=True)
    asks_product = models.BooleanField("asks for the order or the serial number", default=True)
    thanks_title = models.CharField(max_length=160, default="Thank you")
    thanks_text = models.TextField(max_length=2_000, blank=True, default="We answer by mail, on working days.")
    allowed_sites = ArrayField(
        models.CharField(max_length=200), default=list, blank=True,
        help_text="Sites that may show it in a frame, between commas, such as https://www.example.com.",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def public_path(self) -> str:
        return reverse("service:public_form", args=[self.token])


class WebRequest(models.Model):
    """That something came by a web form, and from which place on the net, told apart but not known: for its limit."""

    form = models.ForeignKey(WebForm, on_delete=models.CASCADE, related_name="requests")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["form", "place", "-created_at"], name="service_webrequest_limit")]

    def __str__(self) -> str:
        return f"{self.form} {self.created_at:%Y-%m-%d}"


class Conversation(models.Model):
    """A thread of a chat or a social network, as its `source` names it (`external_id`), and the ticket in which it goes
    on now."""

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="conversations")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="service_conversation_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
