"""An import as somebody set it up: which file, as what, read how; and what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from crm.access import VisibleQuerySet
from crm.choices import JobState
from crm.grants import AccessPaths
from crm.models.files import StoredFile
from crm.models.jobs import JobRun
from crm.paths import path_of


class ImportRun(models.Model):
    """A file on its way in. Without a job it is a draft; `result` is written in the import's own transaction."""

    kind = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="imports")
    options = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    job = models.ForeignKey(JobRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports")
    result = models.JSONField(null=True, blank=True)
    rejected_file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="actor", team="actor__team")
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["actor", "-created_at"], name="crm_importrun_actor")]

    def __str__(self) -> str:
        return f"{self.kind} from {self.file.name}"

    def get_absolute_url(self) -> str:
        return path_of("crm:import_map", self.pk)

    @property
    def is_under_way(self) -> bool:
        return self.job is not None and not self.job.is_finished

    @property
    def is_done(self) -> bool:
        return self.job is not None and self.job.state == JobState.DONE
