"""Enumerations of the analysis."""

from django.db.models import TextChoices


class Usage(TextChoices):
    """How often a customer buys, compared with all others."""

    HEAVY = "heavy", "Heavy user"
    MODERATE = "moderate", "Moderate user"
    INFREQUENT = "infrequent", "Infrequent user"
    NEW = "new", "New"
