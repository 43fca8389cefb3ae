"""Queues: where tickets wait for somebody who answers them."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths


class Queue(models.Model):
    """A line of tickets. The first one by position is where a ticket goes that names none.

    A ticket that comes into it is the `team`'s. What comes to the `mailbox` comes into this queue.
    """

    name = models.CharField(max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(default=1)
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="queues")
    mailbox = models.OneToOneField(
        "crm.Mailbox",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="queue",
        help_text="What comes to this mailbox becomes a ticket of this queue.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('service:ticket_list')}?queue={self.pk}"
