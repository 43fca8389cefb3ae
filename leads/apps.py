"""The app's place in Django."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Leads, from the first enquiry to the conversion."""

    name = "leads"
    label = "leads"
    default_auto_field = "django.db.models.BigAutoField"
