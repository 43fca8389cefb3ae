"""Settings of the test suite: an instance of its own, fast passwords, mail kept in memory, plain static files."""

import os
from pathlib import Path

# the suite's own servers and files, apart from those of `make run`; a run of its own where CRM_VAR is set
_var = os.environ.get("CRM_VAR") or str(Path(__file__).resolve().parent.parent / "var")
if Path(_var).name != "test":
    os.environ["CRM_VAR"] = str(Path(_var) / "test")

os.environ["OMP_NUM_THREADS"] = "1"  # the processes of the run share the processors

from crm.settings import *  # noqa: E402, F403
from crm.settings import CRM_JOBS, DATABASES, LOGGING, MIDDLEWARE, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name.lower()]  # the live server has its own
ALLOWED_HOSTS = ["*"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
CRM_SENTRY_DSN = ""  # its tests start processes of their own
ACCOUNT_RATE_LIMITS = False  # tests of the limits switch them on
CRM_JOBS |= {"rename teams": "tests.past.renaming.rename_teams"}
CRM_JOBS |= {"echo": "tests.platform.echo.echo"}  # for tests of a real worker, which reads its settings itself
LOGGING["loggers"]["celery"] = {"level": "INFO"}  # a test waits until its worker says that it is ready
