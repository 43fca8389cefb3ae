"""Files of npm packages as static files, one by one, and the names with a hash under which the site serves them."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.files.storage import FileSystemStorage
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

PREFIX = "vendor"
BROTLI_QUALITY = 8  # of 11


class VendorStorage(FileSystemStorage):
    """The files of VENDOR_FILES under their short names, and no other file of node_modules."""

    prefix = PREFIX

    def path(self, name: str) -> str:
        """The file's place on the disk. Raises KeyError for a name that is not listed."""
        return str(Path(settings.NODE_MODULES, settings.VENDOR_FILES[name]))


class VendorFinder(BaseFinder):
    """Finds `vendor/NAME`."""

    @cached_property
    def storage(self) -> VendorStorage:
        """The one storage behind all names."""
        return VendorStorage(location=settings.NODE_MODULES)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, VendorStorage]]:
        """Every file, for collectstatic."""
        for name in settings.VENDOR_FILES:
            yield name, self.storage

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """The place of `vendor/NAME`, or nothing."""
        prefix, _slash, name = path.partition("/")
        found = [self.storage.path(name)] if prefix == PREFIX and name in settings.VENDOR_FILES else []
        return found if find_all else next(iter(found), [])


class QuickCompressor(Compressor):
    """Brotli a little less tight than its best, which takes a site's first start ten times as long."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """The compressed bytes."""
        return brotli.compress(data, quality=BROTLI_QUALITY)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Names with a hash, and compressed copies. References to source maps, which are not served, are left alone."""

    patterns = tuple(
        (extension, tuple(rule for rule in rules if "sourceMappingURL" not in str(rule)))
        for extension, rules in HashedFilesMixin.patterns
    )

    def create_compressor(self, **options: Any) -> Compressor:
        """Whitenoise's hook."""
        return QuickCompressor(**options)
