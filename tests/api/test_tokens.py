"""Tokens: shown once, kept as a hash, bound to their person, ended at once, slowed down."""

from django.utils import timezone

from crm.models import ApiToken, ApiUse
from crm.rest.actions import revoke_token
from crm.rest.throttling import forget_failures
from tests import factories as make
from tests.api.calls import Caller


def test_secret_is_stored_nowhere(rep):
    secret = make.make_token(rep)
    token = ApiToken.objects.get()
    stored = " ".join(str(getattr(token, field.attname)) for field in ApiToken._meta.fields)
    assert secret not in stored
    assert secret.startswith(token.hint)
    assert len(secret) > 40


def test_token_dies_with_its_person_its_end_or_a_revocation(rep):
    secret = make.make_token(rep)
    call = Caller(secret)
    assert call.get("/me").status_code == 200
    rep.is_active = False
    rep.save()
    assert call.get("/me").status_code == 401
    rep.is_active = True
    rep.save()
    token = ApiToken.objects.get()
    ApiToken.objects.update(expires_at=timezone.now())
    assert call.get("/me").status_code == 401
    ApiToken.objects.update(expires_at=None)
    revoke_token(actor=rep, token=token)
    answer = call.get("/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json()["code"] == "wrong_token"


def test_scopes_narrow_what_a_token_may(rep):
    call = Caller(make.make_token(rep, "contacts:read"))
    assert call.get("/contacts").status_code == 200
    for refused in (call.post("/contacts", {"name": "A"}), call.get("/orders"), call.get("/scores")):
        assert refused.status_code == 403
        assert refused.json()["code"] == "missing_scope"


def test_right_of_the_person_counts_and_not_the_scope(rep, rep_call):
    assert rep_call.post("/products", {"name": "A"}).status_code == 403


def test_token_is_slowed_down_and_told_when_to_come_again(rep, settings):
    settings.CRM_API_CALLS_A_MINUTE = 3
    call, other = Caller(make.make_token(rep)), Caller(make.make_token(rep))
    answers = [call.get("/me") for _ in range(8)]  # a minute may end in between: one that began anew passes at most 6
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 2
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert other.get("/me").status_code == 200


def test_wrong_tokens_are_slowed_down_by_address_and_right_ones_are_not(rep, settings):
    settings.CRM_API_FAILURES_A_MINUTE = 3
    right = Caller(make.make_token(rep))
    statuses = [
        Caller(f"crm_guess{number}").get("/me", X_Forwarded_For=f"10.0.0.{number}").status_code for number in range(8)
    ]
    assert set(statuses) == {401, 429}
    assert right.get("/me").status_code == 200
    ApiUse.objects.filter(subject__startswith="failures:").update(last_at="2020-01-01T00:00:00Z")
    assert forget_failures() == 1


def test_no_header_and_other_kinds_of_sign_in_are_refused(rep, company):
    for header in ("", "Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Token abc", "Bearer \xe4", "Bearer " + "a" * 5000):
        call = Caller()
        call.headers = {"Authorization": header} if header else {}
        answer = call.get("/me")
        assert answer.status_code == 401, header
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert Caller().get("/me", {"token": make.make_token(rep)}).status_code == 401


def test_use_of_a_token_is_seen(rep, rep_call):
    rep_call.get("/me")
    rep_call.get("/me")
    use = ApiUse.objects.get(subject=f"token:{ApiToken.objects.get().pk}")
    assert (timezone.now() - use.last_at).total_seconds() < 60
