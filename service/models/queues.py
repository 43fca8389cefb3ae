"""Queues: where tickets wait for somebody who answers them."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from service.choices import MacroReach


class Queue(models.Model):
    """A line of tickets. The first one by position is where a ticket goes that names none.

    A ticket in which the customer is to answer is brought to its end by `notice_after_days` and what follows.
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
    notice_after_days = models.PositiveSmallIntegerField(
        "reminds after days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Days without an answer of the customer, after which they get one reminder. Empty: none, ever.",
    )
    close_after_days = models.PositiveSmallIntegerField(
        "solved after days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Days after the reminder, after which the ticket is solved. An answer opens it again.",
    )
    end_after_days = models.PositiveSmallIntegerField(
        "closed for good after days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Days since it was solved. What the customer writes from then on is a new ticket.",
    )
    notice_macro = models.ForeignKey(
        "service.Macro",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="words of the reminder",
        limit_choices_to={"reach": MacroReach.ALL},
        help_text="A macro of the house, in the languages that it has. Empty: words of ours, in English.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(close_after_days=None) | models.Q(notice_after_days__isnull=False),
                name="service_queue_notice_comes_first",
                violation_error_message="Nothing is solved by itself without a reminder: say after how many days.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('service:ticket_list')}?queue={self.pk}"
