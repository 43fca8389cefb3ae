"""A COPY that the database refuses raises what every `except` of the house names."""

import re
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from crm.database.copying import copying

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "error"), [([(1,), (1,)], IntegrityError), ([("no number",)], DataError), ([(10**12,)], DataError)]
)
def test_a_refused_copy_raises_an_error_of_django(rows, error):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (n integer PRIMARY KEY) ON COMMIT DROP")
    with (
        pytest.raises(error),
        transaction.atomic(),
        connection.cursor() as cursor,
        copying(cursor, "COPY copied FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    # also where statements are told
    with CaptureQueriesContext(connection), connection.cursor() as cursor:
        with copying(cursor, "COPY copied FROM STDIN") as copy:
            copy.write_row((7,))
        with copying(cursor, "COPY (SELECT n FROM copied WHERE n = %s) TO STDOUT", [7]) as copy:
            assert b"".join(copy) == b"7\n"


def test_no_app_copies_by_another_way():
    apps = ("crm", "contacts", "orders", "leads", "pipeline", "service", "feedback", "analytics", "campaigns")
    found = [
        str(path.relative_to(ROOT))
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"\bcursor\.copy\(", path.read_text())
    ]
    assert found == ["crm/database/copying.py"]
