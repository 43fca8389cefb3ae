"""The app's place in Django."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """People and organizations the company deals with."""

    name = "contacts"
    label = "contacts"
    default_auto_field = "django.db.models.BigAutoField"
