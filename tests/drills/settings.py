"""The product's own settings, as its processes run with them in a drill; bells for what is left behind ring sooner."""

from crm.schedule import SCHEDULE
from crm.settings import *  # noqa: F403
from crm.settings import CRM_JOBS, MIDDLEWARE, STORAGES

POISON = {"die": "tests.drills.poison.die", "wait": "tests.drills.poison.wait"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES |= {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name.lower()]
ACCOUNT_RATE_LIMITS = False  # all people of a drill sign in from one address
CRM_MAIL_TIMEOUT = CRM_MAIL_LAST_TIMEOUT = 2
CRM_JOBS |= {"echo": "tests.platform.echo.echo", **POISON}
for _entry in SCHEDULE.values():
    if isinstance(_entry["schedule"], float):
        _entry["schedule"] = 2.0
        _entry["options"]["expires"] = 2
