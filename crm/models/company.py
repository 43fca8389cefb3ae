"""The company that runs this instance, and the exchange rates that bring its money together."""

from __future__ import annotations

import zoneinfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from crm.access import VisibleQuerySet
from crm.choices import Language, Role
from crm.grants import AccessPaths
from crm.languages.refusing import refused

currency_code = RegexValidator(r"^[A-Z]{3}$", "A currency is three capital letters, such as EUR.")

country_letters = RegexValidator(r"^[A-Z]{2}$", "A country is two capital letters, such as DE.")


def valid_time_zone(name: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if name not in zoneinfo.available_timezones():
        raise refused("“%(name)s” is not a time zone; write it like Europe/Berlin.", name=name)


def roles_with_second_factor() -> list[str]:
    """Administrators, where others than this machine come in; nobody on a site for this machine."""
    return list(settings.CRM_SECOND_FACTOR_ROLES)


class Company(models.Model):
    """One row: whose CRM this is. Days are days in its time zone; totals are in its currency."""

    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[valid_time_zone])
    currency = models.CharField(max_length=3, default="EUR", validators=[currency_code])
    country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[country_letters],
        help_text="Two letters: phone numbers without a country are read as of here where files are matched by them.",
    )
    language = models.CharField(
        max_length=8,
        choices=Language,
        blank=True,
        default=Language.ENGLISH,
        db_default=Language.ENGLISH,
        help_text="Of the pages and mails of everybody who has not chosen another one in their profile.",
    )
    second_factor_roles = ArrayField(
        models.CharField(max_length=16, choices=Role),
        default=roles_with_second_factor,
        blank=True,
        verbose_name="roles that need a second factor",
        help_text="Who has such a role and no second factor is led to set one up, and can do nothing else before.",
    )
    is_demo = models.BooleanField(default=False, editable=False)
    # of the first hour: steps that were passed over, and when the whole was put away
    setup_skipped = ArrayField(models.CharField(max_length=40), default=list, db_default=[], blank=True, editable=False)
    setup_closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # set by a restore: nothing leaves before an administrator releases it
    sending_held_at = models.DateTimeField(null=True, blank=True, editable=False)

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "company"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="crm_company_one_row")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in the company's currency from a day on, until the next row."""

    currency = models.CharField(max_length=3, validators=[currency_code])
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8, validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["currency", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["currency", "valid_from"], name="crm_exchangerate_once_a_day")]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate} from {self.valid_from}"
