"""A script that somebody brought is a download: no page of the site can be made to run it (OWASP ASVS 3.2.1)."""

from __future__ import annotations

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, Route

from crm.foreign.uploads import UploadPurpose, store_upload
from crm.models import StoredFile, User
from tests.foreign.samples import GIF_AND_SCRIPT, SVG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
    "1"  # Playwright's own event loop makes Django believe that the test is asynchronous
)
SCRIPT = b"window.ran = (window.ran || 0) + 1;"
# what a browser says each of them is, and one that other code stored as a script
BROUGHT = [
    ("a.js", SCRIPT, ""),
    ("a.js", SCRIPT, "text/javascript"),
    ("a.gif", GIF_AND_SCRIPT.replace(b"alert(1)//", SCRIPT), ""),
    ("a.svg", SVG.replace(b"alert(1)", b"top.ran = 1"), ""),
    ("a.html", b"<script>top.ran = 1</script>", "text/html"),
]
POLICY = (
    "script-src 'self'; frame-src 'self'; object-src 'self'"  # laxer than the site's own: the file's headers must do
)


def test_no_page_runs_a_stored_file(live_server, page: Page):
    mia = User.objects.create_user("mia@example.com", "secret", name="Mia", role="rep")
    paths = []
    for name, content, forced in BROUGHT:
        upload = SimpleUploadedFile(name, content)
        stored = store_upload(actor=mia, upload=upload, purpose=UploadPurpose.ATTACHMENT)
        if forced:
            StoredFile.objects.filter(pk=stored.pk).update(content_type=forced)
        paths.append(f"/files/{stored.pk}/")
    client = Client()
    client.force_login(mia)
    cookies = [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]
    fetched: list[int] = []
    page.on("response", lambda answer: fetched.append(answer.status) if "/files/" in answer.url else None)
    html = "".join(
        f'<script src="{path}"></script><iframe src="{path}"></iframe><object data="{path}"></object>' for path in paths
    )

    def answer(route: Route) -> None:
        route.fulfill(headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html"}, body=html)

    page.route("**/trap", answer)
    page.goto(f"{live_server.url}/trap", wait_until="load")
    assert fetched.count(200) >= len(paths)  # the files did come
    assert page.evaluate("() => window.ran || 0") == 0
