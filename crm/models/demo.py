"""What the demo loader made, so that it can be taken away again."""

from __future__ import annotations

from django.db import models


class DemoLoad(models.Model):
    """One run of `load_demo`. Rows of tables with a history are known by `request_id`; of each table without one,
    `windows` holds by its name the last number before the run and the last one after it."""

    loaded_at = models.DateTimeField(auto_now_add=True)
    request_id = models.CharField(max_length=32)
    windows = models.JSONField(default=dict)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Demo of {self.loaded_at:%Y-%m-%d}"
