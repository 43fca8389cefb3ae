"""What of the product speaks every language already. Tests hold these to it; the next app is a line here."""

from __future__ import annotations

# folders and files of templates without a bare text
TEMPLATES = (
    "400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html",
    "base.html", "account/", "allauth/", "components/", "layouts/", "mfa/", "notes/_bell.html",
    "notes/_bell_list.html", "notes/_notices.html", "notes/notice_list.html", "tiles/", "crm/profile/", "crm/home.html",
    "crm/_first_steps.html", "crm/_home_empty.html", "crm/_home_health.html", "crm/_home_jobs.html", "crm/search/",
)  # fmt: skip
COMPLETE = ("de", "fr", "es")
"""Languages in which every text of the catalogues is said; others say those of the frame."""
FRAME = (
    "base.html", "account/", "components/", "layouts/", "mfa/", "40", "50", "crm/", "notes/", "tiles/",
    "navigation", "commands", "keys",
)  # fmt: skip
"""Where the texts stand that every language has to say: templates, and what declares the rest."""
FIELDS_OF: tuple[str, ...] = ("contacts.contact",)
"""Models whose fields are translated in lists and filters."""
