"""The app's place in Django."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Products, orders and subscriptions."""

    name = "orders"
    label = "orders"
    default_auto_field = "django.db.models.BigAutoField"
