"""What is chosen while an answer is on its way stays as it was chosen, and is no press of the button behind it."""

import time

from playwright.sync_api import Page, Route, expect

from crm.choices import Role
from crm.models import ImportRun
from tests import factories as make
from tests.browser.test_customers import enter


def test_a_choice_left_at_once_for_a_button_does_not_press_it(page: Page, live_server, transactional_db, tmp_path):
    make.make_company()
    file = tmp_path / "fair.csv"
    file.write_text("external_id,name,c1,c2\nx1,Visitor One,one@fair.example,Ghent\n")
    enter(page, live_server, make.make_user(Role.ADMIN, name="Mia Keller"))
    for leave in ("Import 1 row", "Make custom fields of the others"):
        page.goto(f"{live_server.url}/imports/new/?kind=contacts")
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_role("combobox", name="c1", exact=True)).to_be_focused()
        page.wait_for_load_state("networkidle")
        run = ImportRun.objects.latest("pk")
        page.get_by_role("combobox", name="c1", exact=True).select_option("email")
        with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            page.get_by_role("button", name=leave).focus()
        assert answered.value.url.endswith(run.get_absolute_url())
        expect(page.get_by_text("The first 1 row")).to_be_visible()
        run.refresh_from_db()
        assert run.options["map"] == [["external_id", "external_id"], ["name", "name"], ["c1", "email"]]
        assert run.job is None


def test_a_slow_answer_does_not_undo_what_was_chosen_meanwhile(page: Page, live_server, transactional_db, tmp_path):
    make.make_company()
    file = tmp_path / "fair.csv"
    file.write_text("external_id,c1,c2\nx1,Visitor One,one@fair.example\n")
    enter(page, live_server, make.make_user(Role.MANAGER, name="Mia Keller"))
    page.goto(f"{live_server.url}/imports/new/?kind=contacts")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("combobox", name="c1", exact=True)).to_be_focused()
    page.wait_for_load_state("networkidle")

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/imports/*/", hold)
    with page.expect_request("**/imports/*/"):
        page.get_by_role("combobox", name="c1", exact=True).select_option("name")
    page.get_by_role("combobox", name="c2", exact=True).select_option("email")
    page.evaluate("document.addEventListener('htmx:afterRequest', () => { document.body.dataset.answered = 1 })")
    held[0].continue_()
    page.unroute("**/imports/*/")
    expect(page.locator("body[data-answered]")).to_be_attached()
    expect(page.get_by_role("combobox", name="c2", exact=True)).to_have_value("email")
    end = time.monotonic() + 20  # the choice waits a moment for others, then it is sent
    while ["c2", "email"] not in ImportRun.objects.get().options["map"] and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert ImportRun.objects.get().options["map"] == [["external_id", "external_id"], ["c1", "name"], ["c2", "email"]]
    expect(page.get_by_text("The first 1 row")).to_be_visible()
    expect(page.get_by_role("combobox", name="c2", exact=True)).to_have_value("email")
