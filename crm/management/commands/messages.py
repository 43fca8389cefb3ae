"""`messages`: brings the catalogues of texts up to date and compiles them (`make messages`)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Reads all marked texts, writes them into the catalogues of every language, and compiles these."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from crm.languages import catalogue_files  # noqa: PLC0415 - Babel is no part of a production machine

        texts = catalogue_files.template()
        for language in catalogue_files.languages():
            catalog = catalogue_files.updated(language, texts)
            catalogue_files.write(language, catalog)
            empty = sum(1 for message in catalog if message.id and not _is_said(message.string))
            self.stdout.write(f"{language}: {len(catalog)} texts, {empty} of them still to be translated")


def _is_said(string: Any) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)
