"""What the environment must say before others than this machine may come in, and what it need not say."""

import stat

import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from crm.environment import is_local, local_secret_key, refuse_unsafe

SAFE = {
    "CRM_ALLOWED_HOSTS": "crm.example.com",
    "CRM_SECRET_KEY": "k" * 50,
    "EMAIL_URL": "smtp+tls://user:secret@mail.example.com:587",
}


def environment(monkeypatch, **changes: str) -> Env:
    for name in (*SAFE, "CRM_DEBUG", "CRM_METRICS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    return Env()


def test_this_machine_needs_no_setting(monkeypatch):
    refuse_unsafe("http://127.0.0.1:8000", environment(monkeypatch))


def test_a_safe_site_may_start(monkeypatch):
    refuse_unsafe("https://crm.example.com", environment(monkeypatch, **SAFE))


@pytest.mark.parametrize(
    ("base_url", "changes", "named"),
    [
        ("http://crm.example.com", {}, "CRM_BASE_URL"),
        ("crm.example.com", {}, "CRM_BASE_URL"),
        ("https://crm.example.com", {"CRM_ALLOWED_HOSTS": "other.example.com"}, "CRM_ALLOWED_HOSTS"),
        ("https://crm.example.com", {"CRM_ALLOWED_HOSTS": "*"}, "CRM_ALLOWED_HOSTS"),
        ("http://127.0.0.1:8000", {"CRM_ALLOWED_HOSTS": "*"}, "CRM_ALLOWED_HOSTS"),
        ("https://crm.example.com", {"CRM_SECRET_KEY": "short"}, "CRM_SECRET_KEY"),
        ("https://crm.example.com", {"CRM_SECRET_KEY": ""}, "CRM_SECRET_KEY"),
        ("https://crm.example.com", {"EMAIL_URL": ""}, "EMAIL_URL"),
        ("https://crm.example.com", {"EMAIL_URL": "smtp://user:secret@mail.example.com"}, "EMAIL_URL"),
        ("https://crm.example.com", {"CRM_DEBUG": "1"}, "CRM_DEBUG"),
        ("https://crm.example.com", {"CRM_METRICS_TOKEN": "guess"}, "CRM_METRICS_TOKEN"),
    ],
)
def test_an_unsafe_setting_stops_the_start_and_is_named(monkeypatch, base_url, changes, named):
    with pytest.raises(ImproperlyConfigured, match=f"^{named} must "):
        refuse_unsafe(base_url, environment(monkeypatch, **(SAFE | changes)))


@pytest.mark.parametrize(
    ("url", "expected"), [("http://localhost:8000", True), ("http://[::1]", True), ("https://crm.example.com", False)]
)
def test_local_is_this_machine_only(url, expected):
    assert is_local(url) is expected


def test_the_local_secret_is_made_once_for_its_owner_only(tmp_path):
    file = tmp_path / "secret_key"
    first = local_secret_key(file)
    assert len(first) >= 50
    assert local_secret_key(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
