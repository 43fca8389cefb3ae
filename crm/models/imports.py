"""An import as somebody set it up: which file, as what, read how; and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from crm.access import VisibleQuerySet, can
from crm.catalogue import import_kinds
from crm.choices import JobState, Verb
from crm.grants import AccessPaths
from crm.models.files import StoredFile
from crm.models.jobs import JobRun
from crm.paths import path_of

if TYPE_CHECKING:
    from crm.models.people import User


class ImportMappingQuerySet(VisibleQuerySet["ImportMapping"]):
    """A mapping is seen by those who may import its kind."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        found = super().visible_to(user, verb)
        if user is None:
            return found
        kinds = import_kinds().values()
        return found.filter(kind__in=[one.name for one in kinds if can(user, Verb.IMPORT, apps.get_model(one.model))])


class ImportMapping(models.Model):
    """What the columns of a file meant, kept for the next file with such columns.

    Without a `name` it was kept by an import itself, the last one of that person with these columns; `key` is
    what there is one of for a person and a kind.
    """

    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=140, editable=False)
    columns = ArrayField(models.TextField(), default=list)
    options = models.JSONField(default=dict, blank=True)
    file_name = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="import_mappings"
    )
    used_at = models.DateTimeField(default=timezone.now)

    access = AccessPaths(owner="actor", team="actor__team")
    objects: Any = ImportMappingQuerySet.as_manager()

    class Meta:
        ordering = ["-used_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["actor", "kind", "key"], name="crm_importmapping_one")]
        indexes = [models.Index(fields=["kind", "-used_at"], name="crm_importmapping_kind")]

    def __str__(self) -> str:
        return self.name or f"as in {self.file_name}"


class ImportRun(models.Model):
    """A file on its way in. Without a job it is a draft; `result` is written in the import's own transaction."""

    kind = models.CharField(max_length=40)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="imports")
    options = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="imports"
    )
    mapping = models.ForeignKey(
        ImportMapping, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text="It began as this."
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
