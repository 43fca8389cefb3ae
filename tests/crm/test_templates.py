"""Every template: parses, names pages and icons that exist, and holds nothing that the content policy refuses."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.defaulttags import URLNode
from django.template.loader import get_template
from django.urls import get_resolver

from crm.icons import NAMES, SPRITE

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
APPS = [Path(settings.BASE_DIR) / app for app in ("crm", "contacts", "orders", "pipeline", "service", "analytics")]
SOURCES = [*FOLDER.rglob("*.html"), *(path for app in APPS for path in app.rglob("*.py"))]
REFUSED = re.compile(
    r"""\sstyle\s*="""  # inline style
    r"""|\son(?:click|change|submit|load|input|error|focus|blur|toggle|key\w+|mouse\w+)\s*="""  # inline handlers
    r"""|hx-on|["']js:|hx-trigger="[^"]*\["""  # htmx by eval
    r"""|<style|<script(?![^>]*\ssrc=)"""  # inline blocks
)
ICON = re.compile(r"""\{%\s*icon\s+"([^"]+)"|icon\(\s*"([^"]+)"|icon="([^"]+)\"""")
STATIC = re.compile(r"""\{%\s*static\s+"([^"]+)\"""")
BUDGET = 130 * 1024
EXTERNAL = re.compile(r"""(?:src|href|data-script|data-style)="\{% static "([^"]+\.(?:js|css))" %\}\"""")


def view_names() -> set[str]:
    """Every name that `{% url %}` may use, with its namespace."""

    def walk(resolver, prefix):
        yield from (prefix + name for name in resolver.reverse_dict if isinstance(name, str))
        for space, (_, inner) in resolver.namespace_dict.items():
            yield from walk(inner, f"{prefix}{space}:")

    return set(walk(get_resolver(), ""))


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_names_pages_that_exist(name):
    nodes = get_template(name).template.nodelist.get_nodes_by_type(URLNode)
    constants = {node.view_name.var for node in nodes if isinstance(node.view_name.var, str)}
    assert constants - view_names() == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_holds_nothing_the_policy_refuses(name):
    assert REFUSED.findall((FOLDER / name).read_text()) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_names_files_that_exist(name):
    names = set(STATIC.findall((FOLDER / name).read_text()))
    assert [file for file in names if finders.find(file) is None] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_is_short(name):
    assert len((FOLDER / name).read_text().splitlines()) <= 150


def test_every_icon_in_use_is_in_the_sprite():
    used = {name for path in SOURCES for match in ICON.findall(path.read_text()) for name in match if name}
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (Path(settings.BASE_DIR) / "static" / SPRITE).read_text()))
    assert (used - drawn, set(NAMES) ^ drawn) == (set(), set())


def test_scripts_and_styles_of_a_page_stay_in_their_budget():
    names = EXTERNAL.findall((FOLDER / "components/_head.html").read_text())
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes(), 6)) for name in names}
    assert sum(sizes.values()) <= BUDGET, sizes


@pytest.mark.parametrize("name", [name for name in TEMPLATES if "data-chart-canvas" in (FOLDER / name).read_text()])
def test_chart_has_a_height(name):
    """Without one it is drawn into nothing, and nobody sees that it is missing."""
    classes = re.findall(r'class="([^"]+)" data-chart-canvas', (FOLDER / name).read_text())
    styles = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
    for found in classes:
        assert any(re.search(rf"\.{one} \{{[^}}]*height:", styles) for one in found.split()), found
