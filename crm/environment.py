"""What the environment must say before the site may be reached by others than this machine."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
SHORTEST_SECRET = 40
SHORTEST_TOKEN = 20


def is_local(base_url: str) -> bool:
    """Whether the site is for this machine only."""
    return urlsplit(base_url).hostname in LOCAL_HOSTS


def refuse_unsafe(base_url: str, env: Env) -> None:
    """Stop the start with a sentence that names the setting, where a site for others is not safe.

    A site whose CRM_BASE_URL is this machine gets safe values by itself. Raises ImproperlyConfigured.
    """
    parts = urlsplit(base_url)
    hosts = env.list("CRM_ALLOWED_HOSTS", default=[])
    if "*" in hosts:
        raise ImproperlyConfigured("CRM_ALLOWED_HOSTS must name the site's hosts: * lets anyone forge links in mails.")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured("CRM_BASE_URL must be the site's whole address, such as https://crm.example.com.")
    if is_local(base_url):
        return
    if parts.scheme != "https":
        raise ImproperlyConfigured("CRM_BASE_URL must begin with https:// where others than this machine come in.")
    if parts.hostname not in hosts:
        raise ImproperlyConfigured(f"CRM_ALLOWED_HOSTS must hold {parts.hostname}, the host of CRM_BASE_URL.")
    if len(env.str("CRM_SECRET_KEY", default="")) < SHORTEST_SECRET:
        raise ImproperlyConfigured(f"CRM_SECRET_KEY must be at least {SHORTEST_SECRET} random characters.")
    if env.bool("CRM_DEBUG", default=False):
        raise ImproperlyConfigured("CRM_DEBUG must be off: its error pages show settings and data to everybody.")
    if 0 < len(env.str("CRM_METRICS_TOKEN", default="")) < SHORTEST_TOKEN:
        raise ImproperlyConfigured(f"CRM_METRICS_TOKEN must be at least {SHORTEST_TOKEN} random characters, or empty.")
    mail = urlsplit(env.str("EMAIL_URL", default=""))
    if mail.scheme == "smtp" and mail.password and mail.hostname not in LOCAL_HOSTS:
        raise ImproperlyConfigured("EMAIL_URL must not send a password in the clear: use smtp+tls:// or smtp+ssl://.")
    if not env.str("EMAIL_URL", default=""):
        raise ImproperlyConfigured("EMAIL_URL must name the mail server, such as smtp+tls://user:password@host:587.")


def sentry_address(env: Env, base_url: str) -> str:
    """Where errors are reported to; empty: nowhere. Raises ImproperlyConfigured for what is no safe address."""
    given = env.str("SENTRY_DSN", default="").strip()
    if not given:
        return ""
    parts = urlsplit(given)
    number = parts.path.rpartition("/")[2]
    if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.username or not number.isdigit():
        raise ImproperlyConfigured("SENTRY_DSN must be such as https://key@sentry.example.com/1, or empty.")
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS and not is_local(base_url):
        raise ImproperlyConfigured("SENTRY_DSN must begin with https://: reports do not travel in the clear.")
    return given


def failpoints(env: Env) -> list[str]:
    """Where tests let a process die (`crm.failpoints`); anywhere else the start stops: ImproperlyConfigured."""
    armed: list[str] = env.list("CRM_FAILPOINTS", default=[])
    if armed and not env.str("DJANGO_SETTINGS_MODULE", default="").startswith("tests."):
        raise ImproperlyConfigured("CRM_FAILPOINTS is for tests only: it makes processes die. Take it away.")
    return armed


def local_secret_key(file: Path) -> str:
    """The secret of an instance on this machine: made once, kept in `file`, readable by its owner only."""
    if not file.exists():
        fresh = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            file.hardlink_to(fresh)  # of two starters at once, the first one's secret counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text()
