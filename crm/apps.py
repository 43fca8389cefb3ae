"""The app's place in Django."""

from django.apps import AppConfig
from django.conf import settings


class CrmConfig(AppConfig):
    """The ground floor: people, access, jobs, log, files, lists, importing."""

    name = "crm"
    label = "crm"
    verbose_name = "House"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import crm.accounts.receivers  # noqa: F401, PLC0415  (models must be there first)
        from crm import checks  # noqa: F401, PLC0415 - registers them
        from crm.faults import tell_of_faults  # noqa: PLC0415

        tell_of_faults(settings.CRM_SENTRY_DSN)
