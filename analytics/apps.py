"""The app's place in Django."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The analysis of customers: recency, value, churn, retention."""

    name = "analytics"
    label = "analytics"
    default_auto_field = "django.db.models.BigAutoField"
