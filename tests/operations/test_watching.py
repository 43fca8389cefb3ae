"""What those who keep the instance running are told: health, figures, each request's number, lines without people."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

import pytest
from django.test import Client
from django.utils import timezone

from crm import heartbeats, observing
from crm.acting import acting
from crm.choices import JobState
from crm.logs import JsonFormatter, LineFormatter
from crm.models import Company, Heartbeat, JobRun, LogEntry
from tests.factories import make_company, make_contact, make_user
from tests.mail.conftest import write


@pytest.fixture
def admin(db) -> Client:
    make_company()
    client = Client()
    client.force_login(make_user(role="admin", password="secret"))
    return client


@pytest.mark.django_db
class TestReady:
    def test_worker_and_beat_are_never_then_ok_then_late(self, client) -> None:
        assert {client.get("/readyz").json()[name] for name in ("worker", "beat")} == {"never"}
        heartbeats._Last.at = float("-inf")
        heartbeats.beat_now("worker")
        assert client.get("/readyz").json()["worker"] == "ok"
        Heartbeat.objects.update(at=timezone.now() - dt.timedelta(minutes=10))
        answer = client.get("/readyz")
        assert (answer.json()["worker"], answer.status_code) == ("late", 200)

    def test_signs_of_life_are_written_now_and_then_only(self, django_assert_num_queries) -> None:
        heartbeats._Last.at = float("-inf")
        heartbeats.beat_now("worker")
        with django_assert_num_queries(0):
            heartbeats.beat_now("worker")

    def test_work_that_nobody_takes_makes_the_outbox_late(self, client) -> None:
        JobRun.objects.create(kind="echo", title="Left", due_at=timezone.now() - dt.timedelta(hours=1))
        assert client.get("/readyz").json()["outbox"] == "late"
        JobRun.objects.update(state=JobState.DONE)
        assert client.get("/readyz").json()["outbox"] == "ok"

    def test_a_full_disk_is_not_ready(self, client, monkeypatch) -> None:
        monkeypatch.setattr("crm.views.health.LEAST_FREE_BYTES", 2**62)
        answer = client.get("/readyz")
        assert (answer.json()["disk"], answer.status_code) == ("failing", 503)


@pytest.mark.django_db
class TestMetrics:
    def test_requests_jobs_and_mails_are_counted(self, client) -> None:
        write("mia@example.com")
        JobRun.objects.create(kind="echo", title="Left", due_at=timezone.now() - dt.timedelta(minutes=2))
        before = self.value(client, 'crm_request_seconds_count{view="crm:healthz",method="GET",status="200"}')
        client.get("/healthz")
        client.get("/healthz")
        said = client.get("/metrics").content.decode()
        after = self.value(client, 'crm_request_seconds_count{view="crm:healthz",method="GET",status="200"}')
        assert after - before == 2
        assert 'crm_mails{state="queued"} 1\n' in said
        assert 'crm_jobs{state="waiting",queue="batch"} 1\n' in said
        assert 115 < self.value(client, "crm_jobs_oldest_seconds") < 180
        assert "crm_sending_held 0\n" in said

    def test_counts_of_other_processes_are_added(self, client) -> None:
        other = observing._folder() / "0.json"
        other.write_text(json.dumps({"crm:other GET 200": [7, 1.5, 1, 2, 3, 4, 5, 6, 7]}))
        try:
            assert self.value(client, 'crm_request_seconds_count{view="crm:other",method="GET",status="200"}') == 7
        finally:
            other.unlink()

    def test_every_line_has_the_form_that_prometheus_reads(self, client) -> None:
        line = re.compile(r'(# (HELP|TYPE) .+|[a-z_]+(\{([a-z]+="[^"]*",?)*\})? [0-9.e+-]+)')
        said = client.get("/metrics").content.decode().splitlines()
        assert [one for one in said if not line.fullmatch(one)] == []

    def test_strangers_are_told_that_there_is_no_such_page(self, client, settings) -> None:
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
        settings.CRM_METRICS_TOKEN = "a long token of the house"
        wrong, right = ({"Authorization": f"Bearer {word}"} for word in ("a guess", settings.CRM_METRICS_TOKEN))
        assert client.get("/metrics", headers=wrong).status_code == 404
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers=right).status_code == 200

    @staticmethod
    def value(client: Client, name: str) -> float:
        lines = client.get("/metrics").content.decode().splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.rpartition(" ")[0] == name), 0.0)


class TestRequestNumber:
    def test_it_is_told_to_the_caller_and_stands_in_the_log(self, admin) -> None:
        contact = make_contact()
        answer = admin.post(f"/contacts/{contact.pk}/archive/", headers={"X-Request-ID": "proxy-0123456789"})
        assert answer["X-Request-ID"] == "proxy-0123456789"
        assert LogEntry.objects.filter(request_id="proxy-0123456789").exists()

    @pytest.mark.parametrize("given", ["", "short", "x" * 200, "evil\tline", "<script>alert(1)</script>"])
    def test_one_that_will_not_do_is_replaced(self, client, given) -> None:
        answer = client.get("/healthz", headers={"X-Request-ID": given})
        assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])


class TestLogLines:
    def record(self, message: str, *args: object) -> logging.LogRecord:
        return logging.LogRecord("crm.x", logging.WARNING, __file__, 1, message, args, None)

    def test_a_line_names_request_and_job(self) -> None:
        with acting(request_id="abc123", job_id=7):
            line = LineFormatter().format(self.record("it %s", "broke"))
            found = json.loads(JsonFormatter().format(self.record("it\nbroke")))
        assert line.endswith(' level=warning logger=crm.x request=abc123 job=7 message="it broke"')
        assert (found["request"], found["job"], found["message"]) == ("abc123", "7", "it\nbroke")

    def test_no_address_token_or_password_gets_into_a_line(self) -> None:
        message = "Key (email)=(mia.keller@example.com) exists; Authorization: Bearer abc.def-123456 password=hunter22"
        for formatter in (LineFormatter(), JsonFormatter()):
            line = formatter.format(self.record(message))
            assert not re.search(r"mia|example\.com|abc\.def|hunter22", line)

    def test_nor_does_a_traceback(self) -> None:
        try:
            raise ValueError("duplicate mia@example.com")
        except ValueError as error:
            record = self.record("failed")
            record.exc_info = (type(error), error, error.__traceback__)
        assert "mia@example.com" not in LineFormatter().format(record) + JsonFormatter().format(record)


class TestHold:
    def test_administrators_are_told_on_every_page_and_release_it(self, admin) -> None:
        Company.objects.update(sending_held_at=timezone.now())
        assert "sends nothing" in admin.get("/").content.decode()
        rep = Client()
        rep.force_login(make_user(role="rep"))
        assert "sends nothing" not in rep.get("/").content.decode()
        assert rep.post("/mails/release/").status_code == 403
        assert admin.post("/mails/release/").status_code == 302
        assert Company.objects.get().sending_held_at is None
        assert LogEntry.objects.filter(verb="release sending").count() == 1
        assert "sends nothing" not in admin.get("/").content.decode()
