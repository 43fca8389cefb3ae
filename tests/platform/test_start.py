"""A process starts quickly: what takes seconds to import is imported by those who compute with it."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SLOW = ("sklearn", "pandas", "scipy")
PROGRAM = f"""
import sys, django
django.setup()
import crm.urls
from crm.celery import app
app.loader.import_default_modules()
print([name for name in {SLOW} if name in sys.modules])
"""


def test_no_process_imports_what_only_the_analysis_needs():
    said = subprocess.run([sys.executable, "-c", PROGRAM], cwd=TOP, check=True, capture_output=True, text=True).stdout
    assert said == "[]\n"
