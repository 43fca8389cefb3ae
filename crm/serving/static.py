"""Static files as the web server wants them: hashed names and compressed copies, made again when a file changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

STAMP = "fingerprint"
NOT_SERVED = ["*.map", "*.md", "*.txt", "LICENSE*", "django_htmx"]  # of packages; our pages load htmx itself


def collect_if_changed() -> bool:
    """Fill STATIC_ROOT when any source file has another size or time than at the last collection; True when it did."""
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.{STAMP}")
    now = _fingerprint()
    if root.is_dir() and stamp.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, ignore_patterns=NOT_SERVED, verbosity=0)
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    marks = []
    for finder in get_finders():
        for name, storage in finder.list(NOT_SERVED):
            found = Path(storage.path(name)).stat()
            marks.append(f"{getattr(storage, 'prefix', '')}/{name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(marks)).encode()).hexdigest()
