"""Articles by the API."""

import pytest

from service.knowledge.actions import publish_article
from service.models import Article
from tests import factories as make


@pytest.fixture(autouse=True)
def house(company):
    return company


def test_an_article_is_written_changed_published_and_brought_back(call):
    made = call.post(
        "/articles", {"title": "Hooks", "body": "Two **hooks**.", "audience": "public"}, Idempotency_Key="1"
    )
    assert made.status_code == 201, made.content
    article = Article.objects.get()
    path = f"/articles/{article.pk}"
    assert (made.json()["state"], made.json()["number"], made.json()["body"]) == ("draft", 1, "Two **hooks**.")
    changed = call.patch(path, {"body": "Three.", "note": "More", "version": made.json()["version"]})
    assert (changed.status_code, changed.json()["number"]) == (200, 2)
    assert call.patch(path, {"body": "Four.", "version": made.json()["version"]}).status_code == 409
    assert call.post(f"{path}/restore", {"number": 1}).json()["body"] == "Two **hooks**."
    assert call.post(f"{path}/restore", {"number": 9}).status_code == 422
    assert call.post(f"{path}/publish").json()["state"] == "published"
    versions = call.get(f"{path}/versions").json()["items"]
    assert [(one["number"], one["note"]) for one in versions] == [(3, "As in version 1"), (2, "More"), (1, "")]
    german = call.post("/articles", {"title": "Haken", "body": "Zwei.", "language": "de", "original_id": article.pk})
    assert (german.json()["original_id"], german.json()["audience"]) == (article.pk, "public")
    again = call.post("/articles", {"title": "Haken", "body": "Zwei.", "language": "de", "original_id": article.pk})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "language")
    assert call.post(f"{path}/withdraw").json()["state"] == "archived"


def test_what_customers_may_read_is_found_and_nothing_else(call):
    make.make_article(title="CANARY hooks", is_published=True, audience="internal")
    make.make_article(title="CANARY draft hooks", audience="public")
    shown = publish_article(actor=None, article=make.make_article(title="Hooks", body="*Two*.", audience="public"))
    for query in ("", "?q=hooks", "?q=hooks&language=de"):
        found = call.get(f"/articles/published{query}").json()
        assert ([one["key"] for one in found["items"]], found["count"]) == ([shown.key], 1)
    assert found["items"][0]["html"].strip() == "<p><em>Two</em>.</p>"
    nothing = {"items": [], "count": 0, "is_least": False, "is_close": False}
    assert call.get("/articles/published?q=nothing").json() == nothing
