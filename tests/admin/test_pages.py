"""Every page of the administration: who may open it, how many queries it takes, and that it keeps to the policy."""

import re
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact, ContactPoint
from crm.administration.bases import PlainAdmin
from crm.administration.site import is_ours
from crm.choices import Role
from crm.filtering import counting
from crm.models import User
from orders.models import Order
from tests.drills.tally import IS_LONG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("house")]
MOST_QUERIES = 20
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle=|\son[a-z]+=", re.IGNORECASE)
OUR_MODELS = [model for model in apps.get_models() if is_ours(model)]


def pages_of(model) -> dict[str, str]:
    """The addresses of a model's pages; those of its first record where there is one."""
    site, name = admin.site, f"admin:{model._meta.app_label}_{model._meta.model_name}"
    pages = {"search": reverse(f"{name}_changelist") + "?q=ber"}  # the list itself: in the test of eight rows
    if type(site._registry[model]).has_add_permission is admin.ModelAdmin.has_add_permission:
        pages["add"] = reverse(f"{name}_add")
    record = model._default_manager.order_by("pk").first()
    if record is not None:
        kinds = ("change", "history") if IS_LONG or model in (Contact, Order, User) else ("change",)
        pages |= {page: reverse(f"{name}_{page}", args=[record.pk]) for page in kinds}
    return pages


def look_at(client: Client, address: str) -> tuple[str, int]:
    """A page and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode(), len(queries)


def test_every_table_of_ours_is_there_and_no_other():
    assert set(admin.site._registry) == set(OUR_MODELS)


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model._meta.label)
def test_pages_of_a_table_take_few_queries_and_hold_no_script_or_style(admin_client, model):
    for address in pages_of(model).values():
        html, count = look_at(admin_client, address)
        assert count <= MOST_QUERIES, address
        assert INLINE.findall(html) == [], address


def test_lists_take_as_many_queries_for_one_row_as_for_eight(admin_client, monkeypatch):
    several = [model for model in OUR_MODELS if model._default_manager.all()[:2].count() == 2]
    addresses = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in several]

    def asks_more(address: str) -> bool:
        counts = []
        for rows in (8, 1):
            monkeypatch.setattr("crm.administration.bases.LoggedAdmin.list_per_page", rows)
            html, count = look_at(admin_client, address)
            assert INLINE.findall(html) == [], address
            counts.append(count)
        assert counts[0] <= MOST_QUERIES, address
        return counts[0] != counts[1]

    # a second look: what is kept for seconds may have been read anew in the first
    assert [address for address in addresses if asks_more(address) and asks_more(address)] == []


def test_long_tables_are_not_counted(admin_client, monkeypatch):
    monkeypatch.setattr(counting, "EXACT_UP_TO", 5)
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(reverse("admin:contacts_contact_changelist"))
    counts = [query["sql"] for query in queries.captured_queries if "COUNT(*)" in query["sql"]]
    assert counts
    assert all("LIMIT" in sql for sql in counts)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN] if IS_LONG else [Role.MANAGER])
def test_other_roles_are_kept_out(sign_in, role):
    client = sign_in(role)
    for model in OUR_MODELS:
        for address in pages_of(model).values():
            assert client.get(address).status_code == 403, address


def test_strangers_are_led_to_the_sign_in_of_the_site(client):
    for address in (reverse("admin:index"), reverse("admin:contacts_contact_changelist")):
        response = client.get(address, follow=True)
        assert unquote(response.redirect_chain[-1][0]) == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("label", [None, "orders"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER])
def test_the_list_of_tables_says_what_that_of_django_says(sign_in, rf, role, label):
    sign_in(role)
    request = rf.get("/")
    request.user = User.objects.get(email=f"{role}@crm.example")
    theirs = admin.AdminSite.get_app_list(admin.site, request, label)
    ours = admin.site.get_app_list(request, label)
    assert sorted(ours, key=lambda app: app["name"].lower()) == theirs
    assert len(ours) == (0 if role == Role.MANAGER else 1 if label else len({m._meta.app_label for m in OUR_MODELS}))


def test_no_list_deletes_by_the_handful():
    assert "delete_selected" not in [name for name, _ in admin.site.actions]


def test_long_texts_of_tables_that_no_app_lists_are_not_shown(rf):
    hidden = models.TextField | models.JSONField
    for model, page in admin.site._registry.items():
        if isinstance(page, PlainAdmin):
            texts = {field.name for field in model._meta.fields if isinstance(field, hidden)}
            assert texts <= set(page.get_exclude(rf.get("/")))


@pytest.mark.parametrize(
    ("table", "word", "count"),
    [
        ("orders_order", "SO-10001", 1),
        ("orders_order", "SO-1000", 0),
        ("orders_orderline", "SO-nothing", 0),
        ("crm_logentry", "not a number", 0),
        ("crm_logentry", "9" * 30, 0),
        ("contacts_contactpoint", "nobody@nowhere.example", 0),
    ],
)
def test_long_tables_are_searched_by_whole_words(admin_client, table, word, count):
    response = admin_client.get(reverse(f"admin:{table}_changelist"), {"q": word})
    assert response.context["cl"].result_count == count


def test_a_contact_point_is_found_as_it_is_written(admin_client):
    point = ContactPoint.objects.filter(kind="phone").first()
    response = admin_client.get(reverse("admin:contacts_contactpoint_changelist"), {"q": point.value})
    assert point in response.context["cl"].result_list


@pytest.mark.parametrize(("query", "status"), [("?r=5", 200), ("?r=5&f=1", 200), ("?r=x", 200)])
def test_scores_are_filtered(admin_client, query, status):
    response = admin_client.get(reverse("admin:analytics_rfmscore_changelist") + query)
    assert response.status_code == status
    if query == "?r=5":
        assert {score.r for score in response.context["cl"].result_list} == {5}
