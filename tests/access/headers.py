"""What every page has to say to a browser: the policy, its privacy, and whether it may be kept."""

from __future__ import annotations

from typing import Any

REFUSED_IN_POLICY = ("unsafe-inline", "unsafe-eval", "http:", "https:", "*")
DIRECTIVES = {
    **dict.fromkeys(("object-src", "base-uri", "frame-ancestors"), "'none'"),
    **dict.fromkeys(("form-action", "script-src", "style-src"), "'self'"),
}
KEPT = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


def header_faults(response: Any, *, is_public: bool = False) -> list[str]:
    """Nothing where all is there, and for what is no page; only a public page may be kept by a cache."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    policy = dict(
        part.strip().partition(" ")[::2] for part in response.headers.get("Content-Security-Policy", "").split(";")
    )
    wrong = [f"{name} {policy.get(name)}" for name, value in DIRECTIVES.items() if policy.get(name) != value]
    wrong += [word for word in REFUSED_IN_POLICY if word in " ".join(policy.values()).split()]
    wrong += [name for name, value in KEPT.items() if response.headers.get(name) != value]
    if response.status_code == 200 and not is_public and "no-store" not in response.headers.get("Cache-Control", ""):
        wrong.append(f"Cache-Control {response.headers.get('Cache-Control')}")
    return wrong
