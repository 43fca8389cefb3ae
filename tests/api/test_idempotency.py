"""A POST repeated with its `Idempotency-Key`: one record, one answer; another body is refused."""

import datetime as dt
import threading

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from crm.models import KeptAnswer
from crm.rest.idempotency import forget_answers
from tests import factories as make
from tests.api.calls import Caller

BODY = {"name": "Mia Keller"}


def test_repeated_request_gets_the_first_answer_and_makes_nothing(call):
    first = call.post("/contacts", BODY, Idempotency_Key="k1")
    again = call.post("/contacts", BODY, Idempotency_Key="k1")
    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["ETag"] == first["ETag"]
    assert again["Idempotency-Replayed"] == "true"
    assert Contact.objects.count() == 1
    assert call.post("/contacts", BODY, Idempotency_Key="k2").json()["id"] != first.json()["id"]
    assert call.post("/contacts", BODY).status_code == 201


def test_key_of_another_request_is_refused(call):
    call.post("/contacts", BODY, Idempotency_Key="k1")
    for other in (
        call.post("/contacts", {"name": "Eva"}, Idempotency_Key="k1"),
        call.post("/organizations", BODY, Idempotency_Key="k1"),
    ):
        assert other.status_code == 422
        assert other.json()["code"] == "key_reused"
    assert Contact.objects.count() == 1


def test_refused_request_leaves_the_key_free(call):
    assert call.post("/contacts", {"name": "", "emails": ["x"]}, Idempotency_Key="k1").status_code == 422
    assert not KeptAnswer.objects.exists()
    assert call.post("/contacts", BODY, Idempotency_Key="k1").status_code == 201


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(call, rep_call):
    call.post("/contacts", BODY, Idempotency_Key="k1")
    assert rep_call.post("/contacts", BODY, Idempotency_Key="k1").status_code == 201
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 201])
def test_key_that_cannot_be_one_is_refused(call, key):
    assert call.post("/contacts", BODY, Idempotency_Key=key).status_code == 400


def test_old_answers_are_forgotten(call):
    call.post("/contacts", BODY, Idempotency_Key="k1")
    assert forget_answers() == 0
    KeptAnswer.objects.update(created_at=timezone.now() - dt.timedelta(days=3))
    assert forget_answers() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_record():
    make.make_company()
    secret = make.make_token(make.make_user())
    start, answers = threading.Barrier(4), []

    def send() -> None:
        try:
            start.wait()
            answers.append(Caller(secret).post("/contacts", BODY, Idempotency_Key="same"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert Contact.objects.count() == 1
