"""The help inside the product: every page has a chapter, every link leads somewhere, and who reads what."""

import re

import pytest
from django.urls import get_resolver, reverse

from crm.catalogue import catalogues
from crm.choices import Role
from crm.guide.finding import targets_of
from crm.guide.reading import LINK, USERS, all_chapters, contents, slug_of, source_of
from tests.access.table import ADDRESSES, PUBLIC
from tests.factories import make_company, make_user, signed_in

COMMAND = re.compile(r"manage\.py|_data\b|--\w+|\bdef \b")


def anchors_of(name):
    return {section.anchor for chapter in all_chapters() if chapter.name == name for section in chapter.sections}


def test_the_contents_name_every_file_once():
    names = [name for part in contents()["parts"] for name in part["chapters"]]
    assert sorted(names) == sorted({path.stem for path in USERS.glob("*.md")} | {"admins"})


def test_no_chapter_has_two_sections_of_one_anchor():
    for chapter in all_chapters():
        anchors = [section.anchor for section in chapter.sections]
        assert len(anchors) == len(set(anchors)), chapter.name


def test_every_page_of_the_navigation_has_a_chapter_of_its_own():
    lines = [item.url_name for catalogue in catalogues() for item in catalogue.navigation]
    assert [name for name in lines if targets_of(name) == targets_of("")] == []


def test_the_table_of_pages_names_pages_and_sections_that_exist():
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    names += [name for name, address in ADDRESSES.items() if address is not PUBLIC] + ["admin:index"]
    for pattern, targets in contents()["pages"].items():
        beginning = pattern.removesuffix("*")
        assert any(name == pattern or (beginning != pattern and name.startswith(beginning)) for name in names), pattern
        for chapter, _, anchor in (target.partition("#") for target in targets):
            assert anchor in anchors_of(chapter), (pattern, chapter, anchor)
        assert targets[-1].partition("#")[0] != "admins", f"{pattern} has nothing for those who are no administrator"


def test_every_link_of_a_chapter_leads_to_a_section_or_a_document():
    for chapter in all_chapters():
        source = source_of(chapter.name)
        for link in LINK.findall(source.read_text()):
            path, _, anchor = link.partition("#")
            if link.startswith("https://"):
                continue
            target = (source.parent / path).resolve()
            assert target.is_file(), (chapter.name, link)
            if anchor:
                assert anchor in {slug_of(line.lstrip("# ")) for line in target.read_text().splitlines() if "#" in line}


def test_links_between_chapters_lead_to_pages_of_the_product():
    start = next(chapter for chapter in all_chapters() if chapter.name == "start")
    assert f'href="{reverse("crm:guide_chapter", args=["importing"])}"' in "".join(one.html for one in start.sections)


def test_what_users_read_has_no_commands():
    for chapter in all_chapters():
        found = "" if chapter.is_for_admins else COMMAND.search(source_of(chapter.name).read_text())
        assert not found, (chapter.name, found)


@pytest.mark.django_db
def test_a_page_shows_its_chapter_and_the_ones_beside_it():
    make_company()
    page = signed_in(make_user(Role.REP)).get(reverse("crm:guide_chapter", args=["pipeline"])).content.decode()
    assert "<h1>Pipeline and deals</h1>" in page
    assert re.search(r'rel="prev" href="/guide/leads/"', page)
    assert re.search(r'rel="next" href="/guide/quotes/"', page)
    assert '<h2 id="moving-deals">' in page


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.MANAGER, 404), (Role.REP, 404)])
def test_administrators_alone_read_how_it_is_run(role, status):
    make_company()
    client = signed_in(make_user(role))
    assert client.get(reverse("crm:guide_chapter", args=["admins"])).status_code == status
    listed = client.get(reverse("crm:guide")).content.decode()
    found = client.get(reverse("crm:guide"), {"q": "second factors taken away"}).content.decode()
    assert ('href="/guide/admins/' in listed + found) == (status == 200)


@pytest.mark.django_db
def test_the_panel_shows_what_belongs_to_the_page_and_a_reader_who_may_not_gets_the_next_best():
    make_company()
    asked = {"page": "contacts:territory_list"}
    by_role = {
        role: signed_in(make_user(role)).get(reverse("crm:guide_panel"), asked, headers={"HX-Request": "true"})
        for role in (Role.ADMIN, Role.REP)
    }
    assert "<h3>Rights</h3>" in by_role[Role.ADMIN].content.decode()
    assert "<h2>Territories</h2>" in by_role[Role.REP].content.decode()
    assert "<html" not in by_role[Role.REP].content.decode()


@pytest.mark.django_db
def test_without_scripts_the_panel_is_the_chapter():
    make_company()
    answer = signed_in(make_user(Role.REP)).get(reverse("crm:guide_panel"), {"page": "crm:view_list"})
    assert (answer.status_code, answer["Location"]) == (302, "/guide/finding/#saved-views")


@pytest.mark.django_db
def test_the_search_finds_headings_first_and_needs_every_word():
    make_company()
    client = signed_in(make_user(Role.REP))
    hits = client.get(reverse("crm:guide"), {"q": "saved views"}).context["hits"]
    assert (hits[0].section.url, len(hits) > 2) == ("/guide/finding/#saved-views", True)
    assert "saved" in hits[-1].excerpt
    assert client.get(reverse("crm:guide"), {"q": "saved xylophones"}).context["hits"] == []


@pytest.mark.django_db
def test_the_palette_finds_sections_of_the_help():
    make_company()
    found = signed_in(make_user(Role.REP)).get(reverse("crm:palette"), {"q": "taking an import"}).content.decode()
    assert 'href="/guide/importing/#taking-an-import-back"' in found
