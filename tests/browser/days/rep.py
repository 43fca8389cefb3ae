"""A rep: calls, notes, facts, tasks, orders, lists."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from contacts.models import Contact
from crm.choices import Verb
from crm.models import Task
from orders.models import Order, Product
from pipeline.models import Deal
from tests.browser.days.day import Day


def log_a_call_by_keys(day: Day) -> None:
    contact, words = day.someone(), day.words()
    day.go("/")
    day.find(contact.name, contact.name)
    day.keys("c")
    expect(day.page.get_by_role("radio", name="Answered")).to_be_focused()
    day.keys("ArrowRight", "Tab")
    day.type(words)
    day.keys("Control+Enter")
    expect(day.page.locator(".entry").first).to_contain_text(words)
    assert contact.interactions.filter(user=day.user, outcome="call back", subject=words).exists()


def write_a_note_with_the_mouse(day: Day) -> None:
    contact, words = day.someone(), day.words()
    day.go(contact.get_absolute_url())
    day.page.locator("#note-text").click()
    day.type(words)
    day.button("Save note").click()
    expect(day.page.locator(".entry").first).to_contain_text(words)


def mend_a_fact(day: Day) -> None:
    contact = day.someone(industry__gt="")
    new = day.chance.choice(("Museums", "Hotels", "Galleries", "Schools"))
    day.go(contact.get_absolute_url())
    day.page.locator("#fact-industry").hover()
    day.page.get_by_role("link", name="Edit: Industry").click()
    day.page.locator(".fact-form input[name=industry]").fill(new)
    day.keys("Enter")
    expect(day.page.locator("#fact-industry")).to_contain_text(new)
    contact.refresh_from_db()
    assert contact.industry == new


def make_a_task_and_do_it(day: Day) -> None:
    words = day.words()
    day.go("/tasks/")
    day.page.get_by_label("What is to be done?").fill(words)
    day.keys("Enter")
    line = day.page.locator("[data-task]").filter(has_text=words).first
    expect(line).to_be_visible()
    day.settle()
    day.button(f"Done: {words}").first.click()
    expect(day.page.locator(".task-done").filter(has_text=words).first).to_be_visible()
    assert Task.objects.filter(owner=day.user, title=words, done_at__isnull=False).exists()


def put_a_task_off(day: Day) -> None:
    task = Task.objects.create(title=day.words(), owner=day.user, maker=day.user, due_on="2026-03-02", kind="call")
    day.go("/tasks/")
    day.button(f"Put off: {task.title}").first.click()
    day.button("Tomorrow").locator("visible=true").click()
    expect(day.page.locator("[data-changed]")).to_have_count(1)
    task.refresh_from_db()
    assert str(task.due_on) > "2026-03-02"
    Task.objects.filter(pk=task.pk).delete()


def leaf_through_the_calendar(day: Day) -> None:
    day.go("/calendar/")
    for key in ("]", "]", "[", "m", "w", "."):
        day.keys(key)
        day.settle()
        expect(day.page.get_by_role("link", name="Today")).to_be_visible()


def write_an_order(day: Day) -> None:
    contact, product = day.someone(), day.chance.choice(list(Product.objects.filter(archived_at=None)))
    before = Order.objects.filter(contact=contact).count()
    day.go(contact.get_absolute_url())
    day.page.get_by_role("button", name="Add", exact=True).click()
    day.page.get_by_role("link", name="New order").click()
    day.page.locator("#id_lines-0-product-ts-control").click()
    day.pick(product.name)
    day.page.locator("#id_lines-0-quantity").fill("2")
    day.button("Create order").click()
    expect(day.page.locator("tfoot")).to_be_visible()
    assert Order.objects.filter(contact=contact).count() == before + 1


def walk_down_the_list_and_tag(day: Day) -> None:
    day.go("/")
    day.keys("g", "c")
    expect(day.page.locator("table[data-list]")).to_be_visible()
    day.go(f"/contacts/?owner={day.user.pk}")
    day.keys("j", "x", "j", "j", "x", "k")
    expect(day.page.locator("[data-bulk-count]")).to_have_text("2 selected")
    day.keys("t")
    tag = f"round{day.chance.randrange(10)}"
    expect(day.page.get_by_label("Tag", exact=True)).to_be_focused()
    day.type(tag)
    day.keys("Enter")
    day.told("2\u00a0contacts")
    assert Contact.objects.filter(tags__contains=[tag]).count() >= 2


def change_cells_of_orders_and_deals(day: Day) -> None:
    order = day.chance.choice(list(Order.objects.visible_to(day.user, Verb.CHANGE).exclude(contact=None)[:50]))
    day.go(f"/orders/?contact={order.contact_id}&columns=channel,amount")
    day.keys("j", "e")
    expect(day.page.locator("#cell-editor .ts-control input")).to_be_focused()
    day.pick(day.chance.choice(("Store", "Phone")))  # chosen is saved
    expect(day.page.locator("#cell-editor")).to_be_hidden()
    assert Order.objects.filter(contact=order.contact_id, channel__in=("store", "phone")).exists()
    deals = list(Deal.objects.visible_to(day.user, Verb.CHANGE).filter(archived_at=None)[:50])
    deal, words = day.chance.choice(deals), day.words()
    day.go(f"/deals/?contact={deal.organization_id or deal.contact_id}&columns=next_step")
    day.keys("j", "e")
    expect(day.page.locator("#cell-editor input[name=next_step]")).to_be_focused()
    day.keys("Control+a")
    day.type(words)
    day.keys("Enter")
    expect(day.page.locator("#cell-editor")).to_be_hidden()
    day.says(words)


def open_a_row_and_come_back(day: Day) -> None:
    day.go("/contacts/")
    day.keys("j", "j", "Enter")
    expect(day.page.locator("#record-head, h1").first).to_be_visible()
    expect(day.page).to_have_url(re.compile(r"/contacts/\d+/"))
    day.page.go_back()
    expect(day.page.locator("table[data-list]")).to_be_visible()


CHORES = (
    log_a_call_by_keys,
    write_a_note_with_the_mouse,
    mend_a_fact,
    make_a_task_and_do_it,
    put_a_task_off,
    leaf_through_the_calendar,
    write_an_order,
    walk_down_the_list_and_tag,
    change_cells_of_orders_and_deals,
    open_a_row_and_come_back,
)
