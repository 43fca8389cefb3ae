"""That somebody was erased: kept apart from them, so that a restore of an older backup can erase them again."""

from __future__ import annotations

from django.db import models


class ErasedPerson(models.Model):
    """The number of a contact that was erased, and a mark that tells its row from any other that has the number
    (`contacts.privacy.ledger`). `kept_at`: since when it stands beside the uploads, too."""

    row = models.BigIntegerField()
    mark = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "erased people"
        constraints = [models.UniqueConstraint(fields=["row", "mark"], name="contacts_erased_once")]
        indexes = [
            models.Index(fields=["at"], condition=models.Q(kept_at__isnull=True), name="contacts_erased_unkept"),
        ]

    def __str__(self) -> str:
        return f"{self.row} {self.mark[:8]}"
