"""The app's place in Django."""

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    """Pipelines, stages and deals."""

    name = "pipeline"
    label = "pipeline"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import pipeline.receivers  # noqa: F401, PLC0415  (models must be there first)
