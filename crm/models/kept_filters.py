"""Filters that are too long for an address, under a short name."""

from __future__ import annotations

from django.db import models


class KeptFilter(models.Model):
    """The text of a filter tree by the beginning of its SHA-256: the same tree has one row, whoever asks."""

    key = models.CharField(max_length=32, primary_key=True)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.key
