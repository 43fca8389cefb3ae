"""The app's place in Django."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Products, orders and subscriptions."""

    name = "orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import orders.receivers  # noqa: F401, PLC0415  (models must be there first)
