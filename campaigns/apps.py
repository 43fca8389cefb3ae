"""The app's place in Django."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Segments in use, offers, campaigns, their recipients and results."""

    name = "campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import campaigns.receivers  # noqa: F401, PLC0415  (models must be there first)
