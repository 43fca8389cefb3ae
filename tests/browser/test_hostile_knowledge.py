"""Payloads in all that visitors type and colleagues write, on the pages of knowledge, help and who ended: nothing runs,
nothing loads (S7)."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Page

from crm.choices import Role
from service.defectors.actions import note_defection, try_to_win_back
from service.knowledge import actions
from service.models import ArticleCategory, ArticleSearch, ArticleVote, Queue, WebForm
from tests import factories as make
from tests.browser.test_customers import enter
from tests.browser.test_hostile_tickets import hostile
from tests.foreign.payloads import PAYLOADS, TRIP
from tests.foreign.test_html_in_browser import HOOK, TOUCH_EVERYTHING


def words(place: int) -> str:
    """A payload as a form lets it in."""
    return hostile(place).replace("\0", "")


def test_no_word_of_a_visitor_or_a_colleague_runs_or_loads_anything(page: Page, live_server, transactional_db):
    make.make_company()
    team = make.make_team()
    boss = make.make_user(Role.MANAGER, name=words(2)[:150], team=team)
    agent = make.make_user(Role.AGENT, name=words(3)[:150], team=team, manager=boss)
    category = ArticleCategory.objects.create(name=words(5)[:100])
    shown, given_back = [
        make.make_article(
            audience="public", title=f"alert {words(place)}"[:200], summary=words(place + 1)[:300],
            body="\n\n".join(words(place + step) for step in range(len(PAYLOADS))), category=category,
        )
        for place in (0, 7)
    ]  # fmt: skip
    actions.publish_article(actor=boss, article=shown)
    actions.ask_review(actor=agent, article=given_back)
    actions.return_article(actor=boss, article=given_back, words=words(9)[:300])
    for place in range(0, len(PAYLOADS), 4):
        text = words(place)[:120]
        ArticleSearch.objects.create(text=text, language="en", hits=0, place="help", visitor=f"v{place}")
        ArticleVote.objects.create(article=shown, visitor=f"v{place}", is_helpful=False, words=words(place)[:500])
    queue = Queue.objects.create(name=words(4)[:120])
    form = WebForm.objects.create(
        name="Form", queue=queue, is_on_help=True, title=words(6)[:160], intro=words(8)[:2000]
    )
    customer = make.make_contact(name=words(1)[:300])
    ended = note_defection(actor=agent, contact=customer, fields={"words": words(11)})
    try_to_win_back(actor=agent, defection=ended, fields={"way": "phone", "offer": words(12)[:200], "words": words(13)})

    hits: list[str] = []
    page.add_init_script(HOOK)
    page.on("request", lambda request: hits.append(request.url) if TRIP in request.url else None)
    asked = [quote(words(place)[:150]) for place in range(0, len(PAYLOADS), 10)]
    anybodys = ["/help/", "/help/?q=alert", f"/help/?category={category.pk}", shown.public_path, form.public_path]
    anybodys += [f"/help/?q={one}" for one in asked] + [f"{shown.public_path}?voted=no"]
    visit(page, live_server.url, anybodys)
    enter(page, live_server, boss)
    ours = ["/", "/knowledge/", "/knowledge/?q=alert", "/knowledge/gaps/", "/defectors/", "/defectors/figures/"]
    ours += [f"{one.get_absolute_url()}{end}" for one in (shown, given_back) for end in ("", "?tab=versions", "edit/")]
    ours += [ended.get_absolute_url(), f"{ended.get_absolute_url()}edit/", customer.get_absolute_url()]
    visit(page, live_server.url, [*ours, f"/knowledge/new/?title={asked[0]}"])
    assert hits == []


def visit(page: Page, site: str, addresses: list[str]) -> None:
    for address in addresses:
        answer = page.goto(f"{site}{address}")
        assert answer is not None
        assert answer.status == 200, address
        page.evaluate(TOUCH_EVERYTHING.replace("element.click && ", "false && "))
        assert page.evaluate("window.hits") == [], address
