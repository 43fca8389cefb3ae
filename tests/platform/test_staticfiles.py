"""Files of npm packages are served one by one; what a page names is there."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.template.engine import Engine
from django.templatetags.static import StaticNode

from crm.serving.static import collect_if_changed
from crm.staticfiles import HashedStaticFilesStorage, VendorFinder

DJANGO = Engine.get_default()
TEMPLATES = sorted(
    path.relative_to(settings.BASE_DIR / "templates") for path in settings.BASE_DIR.glob("templates/**/*.html")
)


@pytest.mark.parametrize("name", settings.VENDOR_FILES)
def test_a_listed_file_is_found(name):
    assert Path(finders.find(f"vendor/{name}") or "").is_file()


@pytest.mark.parametrize("path", ["vendor/bootstrap/package.json", "vendor/../package.json", "bootstrap.min.css"])
def test_no_other_file_of_a_package_is_found(path):
    assert VendorFinder().find(path) == []


def test_what_a_template_names_is_there():
    missing = [
        f"{template}: {name}"
        for template in TEMPLATES
        for node in DJANGO.get_template(str(template)).nodelist.get_nodes_by_type(StaticNode)
        if isinstance(node, StaticNode) and isinstance(name := node.path.var, str) and finders.find(name) is None
    ]
    assert missing == []


def test_references_to_source_maps_are_left_alone():
    stock = [str(rule) for _, rules in HashedFilesMixin.patterns for rule in rules]
    ours = [str(rule) for _, rules in HashedStaticFilesStorage.patterns for rule in rules]
    assert [rule for rule in stock if rule not in ours] == [rule for rule in stock if "sourceMappingURL" in rule]


def test_files_are_collected_once_hashed_and_compressed(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "crm.staticfiles.HashedStaticFilesStorage"}}
    assert (collect_if_changed(), collect_if_changed()) == (True, False)
    names = [path.name for path in settings.STATIC_ROOT.glob("vendor/bootstrap.min.*.css*")]
    assert sorted(name.split(".css")[1] for name in names) == ["", ".br", ".gz"]
