"""The app's place in Django."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Segments in use, offers, campaigns, their recipients and results."""

    name = "campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
