"""Backups by versions of the product from before its tables were made in one go."""

from dataclasses import replace

import pytest

from crm.backup.manifest import BadBackup, Manifest, applied_migrations
from crm.backup.restoring import _refuse_newer

pytestmark = pytest.mark.django_db
NOW = Manifest(made_at="2026-11-29T09:00:00+00:00", migrations=[], key_mark="", server_version=180000)


def test_what_the_tables_of_today_replace_is_known():
    old = ["analytics.0018_kept_sums", "campaigns.0002_segment_moves", "service.0007_remedies_channels_defectors"]
    _refuse_newer(replace(NOW, migrations=[*applied_migrations(), *old]))


def test_what_nobody_here_knows_is_of_another_version():
    with pytest.raises(BadBackup, match=r"another version.*service\.0099_tomorrow"):
        _refuse_newer(replace(NOW, migrations=[*applied_migrations(), "service.0099_tomorrow"]))
