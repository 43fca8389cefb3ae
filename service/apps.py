"""The app's place in Django."""

from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """Tickets, their messages, queues."""

    name = "service"
    label = "service"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import service.receivers  # noqa: F401, PLC0415  (models must be there first)
