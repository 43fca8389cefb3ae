"""Pictures and documents of an article."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.foreign.uploads import UploadPurpose, UploadRefused, store_upload
from crm.languages.refusing import refused
from crm.log import log
from crm.models import User
from service.models import Article, ArticleFile

MOST_FILES = 40
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


@transaction.atomic
def add_file(*, actor: User | None, article: Article, upload: Any) -> ArticleFile:
    """A picture, drawn anew so that nothing hides in it, or a document; of the same name it takes the other's place.
    Raises ValidationError with a sentence."""
    held = Article.objects.select_for_update().get(pk=article.pk)
    name = plain_name(upload.name or "file")
    if held.files.exclude(name=name).count() >= MOST_FILES:
        raise refused("An article has at most %(most)s files.", most=MOST_FILES)
    is_picture = str(upload.content_type or "") in PICTURES
    try:
        purpose = UploadPurpose.PICTURE if is_picture else UploadPurpose.ATTACHMENT
        stored = store_upload(actor=actor, upload=upload, purpose=purpose)
    except UploadRefused as error:
        raise ValidationError(str(error)) from error
    is_picture = is_picture and stored.content_type in PICTURES
    file, _ = ArticleFile.objects.update_or_create(
        article=held, name=name, defaults={"file": stored, "is_picture": is_picture}
    )
    log(actor=actor, verb="add file", object=held, summary=f"Put {name} into “{held.title}”")
    return file


@transaction.atomic
def remove_file(*, actor: User | None, file: ArticleFile) -> None:
    """Take a file out of its article; where the text names it, words stand."""
    article, name = file.article, file.name
    file.delete()
    log(actor=actor, verb="remove file", object=article, summary=f"Took {name} out of “{article.title}”")


def plain_name(name: str) -> str:
    """A name that a text can call it by: small letters, figures, dots, hyphens."""
    stem, dot, end = name.rpartition(".")
    parts = [re.sub(r"[^a-z0-9]+", "-", _folded(part)).strip("-") for part in ((stem, end) if dot else (name,))]
    parts[0] = parts[0][:100] or "file"
    return ".".join(part[:100] for part in parts if part)


def _folded(text: str) -> str:
    """Small letters without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
