"""The app's place in Django."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The ground floor: people, access, jobs, log, files, lists, importing."""

    name = "crm"
    label = "crm"
    verbose_name = "House"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import crm.accounts.receivers  # noqa: F401, PLC0415  (models must be there first)
        from crm import checks  # noqa: F401, PLC0415 - registers them
