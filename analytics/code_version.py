"""Which code made a figure: a mark of a module and of every module of the analysis that it rests on."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LENGTH = 12
PACKAGE = Path(__file__).parent


@cache
def code_version(module: str, package: Path = PACKAGE) -> str:
    """A mark of the code of `module` and of the modules of the analysis that it imports, they too, and so on.

    The declarations of tables are left out: a new column of one step is no new computation of another.
    """
    packages = {package.name: package}
    packages.setdefault(own := module.partition(".")[0], PACKAGE.parent / own)  # a step of an app above
    found = {module: _file_of(module, packages)}
    waiting = [module]
    while waiting:
        named = _named(found[waiting.pop()])
        for name in (name for name in named if _counts(name, packages)):
            if name not in found:
                found[name] = _file_of(name, packages)
                waiting.append(name)
    mark = hashlib.sha256()
    for name in sorted(found):
        content = found[name].read_bytes()
        mark.update(f"{name} {len(content)} ".encode() + content)
    return mark.hexdigest()[:LENGTH]


@cache
def _named(file: Path) -> tuple[str, ...]:
    """What a file names in its imports, wherever in it they stand; read once for all steps that rest on it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(found)


def _counts(name: str, packages: Mapping[str, Path]) -> bool:
    inside = name.partition(".")[0] in packages and "." in name and not name.endswith("models")
    return inside and _file_of(name, packages).is_file()


def _file_of(module: str, packages: Mapping[str, Path]) -> Path:
    package, *steps = module.split(".")
    place = packages[package].joinpath(*steps)
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
