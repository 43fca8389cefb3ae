"""A broker that does not answer is left alone for a while, and no page waits for it twice."""

from __future__ import annotations

import time

import pytest

from crm import bells
from crm.celery import app
from crm.tasks import run_job_task


@pytest.fixture(autouse=True)
def nobody_home(tmp_path, monkeypatch):
    """A broker's address where nobody is."""
    was = app.conf.broker_url
    monkeypatch.setattr(bells._Broker, "silent_until", 0.0)
    app.conf.update(broker_url=f"redis+socket://{tmp_path}/nobody")
    app._pool = app.amqp._producer_pool = None
    yield
    app.conf.update(broker_url=was)
    app._pool = app.amqp._producer_pool = None


def test_a_bell_that_nobody_hears_breaks_nothing_and_silences_the_next_ones(monkeypatch, caplog) -> None:
    assert bells.ring(run_job_task, 1, queue="batch") is False
    assert "the sweeper will ring again" in caplog.text
    caplog.clear()
    monkeypatch.setattr(run_job_task, "apply_async", pytest.fail)
    assert not any(bells.ring(run_job_task, number, queue="batch") for number in range(1_000))
    assert caplog.text == ""


def test_the_broker_is_asked_again_after_the_silence(monkeypatch, caplog) -> None:
    bells.ring(run_job_task, 1, queue="batch")
    caplog.clear()
    monkeypatch.setattr(bells._Broker, "silent_until", time.monotonic() - 1)
    bells.ring(run_job_task, 2, queue="batch")
    assert "the sweeper will ring again" in caplog.text
