"""What ties tickets to one another, and people to tickets: links, watchers, who is at one right now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from service.choices import LinkKind
from service.models.tickets import Ticket


class TicketLink(models.Model):
    """`ticket` is an incident of, a duplicate of, split off from, or has to do with the `other` one."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="links")
    other = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=LinkKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "other"], name="service_link_once"),
            models.CheckConstraint(condition=~Q(ticket=F("other")), name="service_link_of_two"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.get_kind_display().lower()} #{self.other_id}"


class TicketWatcher(models.Model):
    """Who is told of what is said in a ticket that is not theirs."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="service_watcher_once")]

    def __str__(self) -> str:
        return str(self.user)


class TicketPresence(models.Model):
    """Who has a ticket open, when their page last said so, and when they last typed. Good for some seconds."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    typed_at = models.DateTimeField(null=True)

    access = AccessPaths(through="ticket", parent="service.ticket")
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="service_presence_once")]
        indexes = [models.Index(fields=["seen_at"], name="service_presence_old")]

    def __str__(self) -> str:
        return str(self.user)
