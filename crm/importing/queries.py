"""Reads of imports."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

RECENT_DAYS = 7


def recent_imports(rows: Any) -> Any:
    """Those that were brought in within the last seven days."""
    return rows.filter(created_at__gte=timezone.now() - dt.timedelta(days=RECENT_DAYS))
