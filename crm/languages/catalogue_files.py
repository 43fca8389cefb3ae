"""The catalogues on disk: `locale/LANGUAGE/LC_MESSAGES/django.po` for people, `.mo` beside it for Django, and
`static/js/words/LANGUAGE.js` for scripts. All are committed, so that nothing has to be compiled before the start.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from crm.languages.texts import Text, all_texts

WIDTH = 110
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def languages() -> list[str]:
    """All but the one of the code."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def po_path(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def script_path(language: str) -> Path:
    return Path(settings.BASE_DIR) / "static" / "js" / "words" / f"{language}.js"


def read(language: str) -> Catalog:
    """The catalogue as it stands on disk; an empty one for a new language."""
    path = po_path(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def template() -> Catalog:
    """All texts of the product, untranslated."""
    found = Catalog()
    for text in all_texts():
        _add(found, text)
    return found


def _add(catalog: Catalog, text: Text) -> None:
    catalog.add((text.words, text.many) if text.many else text.words, locations=[(text.place, 0)])


def updated(language: str, texts: Catalog | None = None) -> Catalog:
    """The catalogue with what is new, without what is gone."""
    catalog = read(language)
    catalog.update(texts or template(), no_fuzzy_matching=True, update_creation_date=False, update_header_comment=False)
    catalog.obsolete.clear()
    return catalog


def as_po(catalog: Catalog) -> bytes:
    """The file for people, in the order of the texts; without lines and dates, so that it changes where texts do."""
    plain = Catalog(catalog.locale, fuzzy=False)
    for message in catalog:
        if message.id:
            places = sorted({place for place, _line in message.locations})
            plain.add(message.id, message.string, [(place, 0) for place in places], message.flags - {"python-format"})
    content = io.BytesIO()
    write_po(content, plain, width=WIDTH, sort_output=True, include_lineno=False, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Language: {catalog.locale}\\n"\n'
        f'"Plural-Forms: {plain.plural_forms}\\n"\n\n'
    )
    return head.encode() + content.getvalue().lstrip()


def as_mo(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = NEVER  # the same texts are the same bytes
    content = io.BytesIO()
    write_mo(content, catalog)
    return content.getvalue()


def as_script(catalog: Catalog) -> str:
    """What the scripts say, as one object."""
    words = {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str) and message.string and _is_of_scripts(message)
    }
    return f"window.crmWords = {json.dumps(words, ensure_ascii=False, indent=1, sort_keys=True)};\n"


def _is_of_scripts(message: Message) -> bool:
    return any(place.startswith("static/js/") for place, _line in message.locations)


def write(language: str, catalog: Catalog) -> None:
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_po(catalog))
    compiled = read(language)
    path.with_suffix(".mo").write_bytes(as_mo(compiled))
    script = script_path(language)
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(as_script(compiled))
