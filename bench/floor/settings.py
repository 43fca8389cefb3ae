"""The product's settings without what the product adds to a request."""

from crm.settings import *  # noqa: F403
from crm.settings import BASE_DIR, TEMPLATES

ROOT_URLCONF = "bench.floor.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth does not start without it
]
TEMPLATES = [
    {
        **TEMPLATES[0],
        "DIRS": [BASE_DIR / "bench" / "floor" / "templates"],
        "OPTIONS": {"context_processors": ["django.contrib.auth.context_processors.auth"]},
    }
]
