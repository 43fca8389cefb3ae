"""Where a channel delivers to, read from an address such as EMAIL_URL."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# scheme: (kind of way out, how the line is kept secret, port)
SCHEMES = {
    "smtp": ("smtp", "none", 25),
    "smtp+tls": ("smtp", "starttls", 587),
    "smtp+ssl": ("smtp", "tls", 465),
    "smtps": ("smtp", "tls", 465),
    "filemail": ("file", "none", 0),
    "django": ("django", "none", 0),
}


@dataclass(frozen=True, repr=False)
class MailServer:
    """`kind` smtp, file (one file a mail in `folder`) or django (a Django mail backend, such as a provider's)."""

    kind: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    security: str = "none"
    folder: str = ""
    backend: str = ""

    def __repr__(self) -> str:
        """Without the password: this may stand in a log."""
        return f"MailServer({self.kind}, {self.host or self.folder or self.backend})"


def read_server(address: str, setting: str = "EMAIL_URL") -> MailServer:
    """`smtp+tls://user:password@host:587`, `filemail:///folder`, `django:package.module.Backend`.

    Raises ImproperlyConfigured with a sentence that names the setting and does not repeat the password.
    """
    parts = urlsplit(address)
    if parts.scheme not in SCHEMES:
        raise ImproperlyConfigured(f"{setting} must begin with one of {', '.join(SCHEMES)}.")
    kind, security, port = SCHEMES[parts.scheme]
    if kind == "smtp" and not parts.hostname:
        raise ImproperlyConfigured(f"{setting} must name the mail server, such as smtp+tls://user:password@host:587.")
    if kind == "file" and not parts.path:
        raise ImproperlyConfigured(f"{setting} must name the folder for mails, such as filemail:///var/mail.")
    if kind == "django" and "." not in parts.path:
        raise ImproperlyConfigured(f"{setting} must name a mail backend, such as django:package.module.EmailBackend.")
    return MailServer(
        kind=kind,
        host=parts.hostname or "",
        port=parts.port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
        folder=unquote(parts.path) if kind == "file" else "",
        backend=parts.path if kind == "django" else "",
    )
