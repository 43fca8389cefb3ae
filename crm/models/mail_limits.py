"""How many mails a channel may hand to the providers that receive them, and how many it has."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from crm.access import VisibleQuerySet
from crm.grants import AccessPaths
from crm.languages.refusing import refused
from crm.mail.addresses import ascii_domain
from crm.models.mail import MailChannel

DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class MailLimit(models.Model):
    """How much a provider takes from a channel: all its `domains` together. Without domains: each domain that no other
    limit of the channel names, by itself. A minute and an hour are those of the clock."""

    channel = models.ForeignKey(MailChannel, on_delete=models.CASCADE, related_name="limits")
    domains = ArrayField(
        models.CharField(max_length=253), default=list, blank=True,
        help_text="Of one provider, between commas: gmail.com, googlemail.com. Empty: each domain that stands nowhere.",
    )  # fmt: skip
    per_minute = models.PositiveIntegerField("mails a minute", null=True, blank=True, validators=[MinValueValidator(1)])
    per_hour = models.PositiveIntegerField("mails an hour", null=True, blank=True, validators=[MinValueValidator(1)])

    access = AccessPaths(shared=True)
    objects: Any = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(per_minute__isnull=False) | Q(per_hour__isnull=False), name="crm_maillimit_says_something",
                violation_error_message="Say how many mails a minute, or an hour, or both.",
            ),
            models.UniqueConstraint(
                fields=["channel"], condition=Q(domains=[]), name="crm_maillimit_one_for_the_others",
                violation_error_message="There is a limit for all other domains already.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return ", ".join(self.domains) or "each other domain"

    def clean(self) -> None:
        typed = [one.strip().strip("@.").lower() for one in self.domains if one.strip()]
        self.domains = sorted({ascii_domain(one) or one for one in typed})
        if wrong := [one for one in self.domains if not DOMAIN.fullmatch(one)]:
            raise ValidationError(
                {"domains": refused("“%(wrong)s” is no domain such as gmail.com.", wrong=wrong[0][:60])}
            )
        others = MailLimit.objects.filter(channel=self.channel_id, domains__overlap=self.domains).exclude(pk=self.pk)
        if self.domains and (other := others.first()):
            both = next(one for one in self.domains if one in other.domains)
            raise ValidationError({"domains": refused("%(both)s stands in another limit of this channel.", both=both)})


class MailCount(models.Model):
    """How many mails a channel has taken in hand of one kind (`what`: a limit, a domain, all that go to many) since the
    beginning of a minute, hour or day, and how many it has told to wait since then."""

    channel = models.ForeignKey(MailChannel, on_delete=models.CASCADE, related_name="+", db_index=False)
    what = models.CharField(max_length=260)
    per = models.CharField(max_length=6)
    since = models.DateTimeField()
    count = models.IntegerField(default=0)
    held = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "what", "per"], name="crm_mailcount_once")]

    def __str__(self) -> str:
        return f"{self.count} of {self.what} in a {self.per}"
