"""The web server's entry."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = get_wsgi_application()
# gunicorn forks its processes from here: with every page read, no first visitor of any of them waits for that, and what
# will never be garbage is not looked through again and again
reverse("crm:home")
gc.collect()
gc.freeze()
