"""`manage.py rotate_secrets`: seals what is stored with the new CRM_SECRET_KEY, so that the old ones can go."""

from __future__ import annotations

from typing import Any

from crm.accounts.actions import seal_factors_anew
from crm.incoming.actions import seal_passwords_anew
from crm.management.product import ProductCommand


class Command(ProductCommand):
    help = (
        "After a change of CRM_SECRET_KEY: seals the secrets of second factors and the passwords of mailboxes with the"
        " new key. Set CRM_OLD_SECRET_KEYS to the old key before, and take it away afterwards."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = [seal_factors_anew(actor=None), seal_passwords_anew()]
        sealed, lost = (sum(one) for one in zip(*counts, strict=True))
        self.stdout.write(f"Sealed {sealed} anew." + (f" {lost} cannot be read: their key is gone." if lost else ""))
