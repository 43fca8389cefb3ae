"""Enumerations of dashboards."""

from django.db.models import IntegerChoices, TextChoices


class PeriodLength(TextChoices):
    """How long the periods are that tiles compare."""

    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"
    YEAR = "year", "Year"


class Rhythm(TextChoices):
    """How often a dashboard is mailed."""

    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    MONTHLY = "monthly", "Every month"


class Weekday(IntegerChoices):
    """As `date.weekday()` counts."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class DeliveryState(TextChoices):
    """What became of one mailed dashboard."""

    WAITING = "waiting", "being made"
    MAILED = "mailed", "mailed"
    LEFT_OUT = "left_out", "not sent"
