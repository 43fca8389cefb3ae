"""The style guide reads the file of the look, and the look keeps what it promises about contrast."""

import pytest
from django.urls import reverse

from crm.choices import Role
from crm.styleguide.colours import KINDS, TOLD_APART, as_seen, contrast, least_distance
from crm.styleguide.tokens import FILE, contrasts, swatches, tokens
from tests.factories import make_company, make_user, signed_in


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # the grey that WCAG's explanations name
    assert contrast("#3f51d9", "#3f51d9") == 1


def test_greys_look_alike_to_everybody_and_red_and_green_do_not_differ_for_protanopes_as_for_others():
    for kind in KINDS:
        assert least_distance(["#808080", as_seen("#808080", kind)]) < 2
    red, green = "#d02020", "#808000"
    assert least_distance([as_seen(red, "protanopia"), as_seen(green, "protanopia")]) < least_distance([red, green]) / 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_pair_has_the_contrast_that_it_needs(theme):
    short = [(one["above"], one["below"], one["ratio"]) for one in contrasts(theme) if not one["is_enough"]]
    assert short == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_series_of_charts_are_told_apart_by_who_sees_fewer_colours(theme):
    series = [tokens()[theme][f"series-{number}"] for number in (1, 2, 3)]
    for kind in KINDS:
        assert least_distance([as_seen(colour, kind) for colour in series]) >= TOLD_APART, kind


def test_both_themes_name_the_same_colours_as_the_file():
    assert [name for name, _ in swatches("light")] == [name for name, _ in swatches("dark")]
    text = FILE.read_text()
    assert all(f"--{name}: {value}" in text for theme in ("light", "dark") for name, value in swatches(theme))
    assert tokens()["dense"].keys() < tokens()["sizes"].keys()


@pytest.mark.django_db
def test_the_page_draws_the_real_pieces_for_administrators():
    make_company()
    page = signed_in(make_user(Role.ADMIN)).get(reverse("crm:styleguide")).content.decode()
    assert tokens()["dark"]["series-1"] in page
    for piece in ('class="figure-card"', 'class="table-list"', 'data-chart="lines"', "heat-6", 'data-density="dense"'):
        assert piece in page
    assert signed_in(make_user(Role.REP)).get(reverse("crm:styleguide")).status_code == 403
