# mypy: disable-error-code="operator,misc,return-value,call-arg,assignment"
"""Each formula against a plain integral over what it stands for, on random parameters and histories."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import betaln, expit, gammaln, hyp2f1

from analytics.mathematics.beta_geometric import BetaGeometric
from analytics.mathematics.forecasting import expected_of_new, expected_purchases, waiting_time
from analytics.mathematics.gamma_gamma import GammaGamma
from analytics.mathematics.histories import Histories
from analytics.mathematics.pareto_nbd import ParetoNbd

positive = st.floats(0.3, 6.0)
shifts = st.sampled_from([0, 1])


@st.composite
def histories(draw) -> Histories:
    """One history: x, t_x, T in weeks."""
    x = draw(st.integers(0, 12))
    age = draw(st.floats(1.0, 120.0))
    last = draw(st.floats(0.05, 1.0)) * age if x else 0.0
    return Histories.single(x, last, age)


def beta_mean(a, b):
    """Mean over p ~ Beta(a, b) of f(p, 1 - p), by plain sums over the log odds of p.

    There the density falls off to both sides without a corner, so equal steps are exact to all digits that matter.
    """
    odds = np.arange(-125.0, 125.0, 0.04)
    share, rest = expit(odds), expit(-odds)
    weight = np.exp(a * np.log(share) + b * np.log(rest) - betaln(a, b)) * 0.04
    return lambda f: weight @ f(share, rest)


def gamma_mean(r, alpha):
    """Mean over lambda ~ Gamma(r, rate alpha) of f(lambda), in the same way over log lambda."""
    steps = np.arange(-125.0, 10.0, 0.02)
    rate = np.exp(steps)
    weight = np.exp(r * (np.log(alpha) + steps) - alpha * rate - gammaln(r)) * 0.02
    return lambda f: weight @ f(rate)


@settings(max_examples=100, deadline=None)
@given(positive, st.floats(1.0, 20.0), positive, positive, shifts, histories())
@example(5.0, 1.0, 1.0, 1.0, 0, Histories.single(0, 0.0, 25.0))
def test_likelihood_and_chance_to_be_there_are_their_integrals(r, alpha, a, b, shift, one):
    """Over lambda and over p, each by plain sums: P(history, there) and P(history, lost)."""
    x, last, age = int(one.x[0]), float(one.last[0]), float(one.age[0])
    n = x + shift
    over_p, over_rate = beta_mean(a, b), gamma_mean(r, alpha)
    there = over_p(lambda p, q: q**n) * over_rate(lambda rate: rate**x * np.exp(-rate * age))
    lost = over_p(lambda p, q: p * q ** (n - 1)) * over_rate(lambda rate: rate**x * np.exp(-rate * last)) if n else 0.0
    model = BetaGeometric(r, alpha, a, b, shift)
    assert model.log_likelihood(one)[0] == pytest.approx(np.log(there + lost), abs=1e-9)
    assert model.alive(one)[0] == pytest.approx(there / (there + lost), abs=1e-9)


@pytest.mark.parametrize("b", [1e-3, 1e-9, 1e-20])
def test_a_loss_next_to_certain_keeps_its_digits(b):
    """One chance to be lost: lost to there is a : b, whatever has been bought since (nothing, in no time)."""
    model, one = BetaGeometric(1.0, 2.0, 0.7, b, shift=1), Histories.single(0, 0.0, 0.0)
    assert model.alive(one)[0] == pytest.approx(b / (0.7 + b), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(positive, st.floats(1.0, 20.0), st.floats(0.3, 4).filter(lambda a: abs(a - 1) > 0.02), positive, histories())
def test_expected_purchases_are_those_of_the_closed_form(r, alpha, a, b, one):
    """Fader, Hardie, Lee (2005), equation (10), where its 2F1 can be computed."""
    x, last, age, t = int(one.x[0]), float(one.last[0]), float(one.age[0]), 52.0
    shrink = ((alpha + age) / (alpha + age + t)) ** (r + x)
    curve = hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    lost = a / (b + x - 1) * ((alpha + age) / (alpha + last)) ** (r + x) if x else 0.0
    wanted = (a + b + x - 1) / (a - 1) * (1 - shrink * curve) / (1 + lost)
    found = expected_purchases(BetaGeometric(r, alpha, a, b), one, np.array([t]))[0, 0]
    assert found == pytest.approx(wanted, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(positive, st.floats(1.0, 20.0), positive, positive, shifts, st.integers(0, 400), st.floats(1.0, 300.0))
def test_expected_purchases_stay_right_where_the_closed_form_breaks(r, alpha, a, b, shift, x, age):
    """For many purchases, a long time and a = 1 too: the mean over p of the formula that is exact for each p."""
    model = BetaGeometric(r, alpha, 1.0 if x % 3 == 0 else a, b, shift)
    one = Histories.single(x, age if x else 0.0, age)
    mean = beta_mean(model.a, b + x + shift)
    wanted = mean(lambda p, q: -np.expm1(-(r + x) * np.log1p(p * 52 / (alpha + age))) / p)
    found = expected_purchases(model, one, np.array([52.0]))[0, 0] / model.alive(one)[0]
    assert found == pytest.approx(wanted, rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(positive, st.floats(1.0, 20.0), positive, positive, shifts, st.lists(histories(), min_size=1, max_size=5))
def test_gradient_is_that_of_differences(r, alpha, a, b, shift, many):
    joined = Histories(
        *(np.concatenate([getattr(one, name) for one in many]) for name in ("x", "last", "age", "weight"))
    )
    order = np.argsort(joined.x, kind="stable")
    data = Histories(joined.x[order], joined.last[order], joined.age[order], joined.weight[order])
    point = np.array([r, alpha, a, b])
    check_gradient(lambda values: BetaGeometric(*values, shift).log_likelihood(data), point)
    check_gradient(lambda values: ParetoNbd(*values).log_likelihood(data), point)


@settings(max_examples=60, deadline=None)
@given(positive, st.floats(1.2, 6), st.floats(1, 50), st.lists(st.floats(0.5, 200), min_size=1, max_size=6))
def test_gradient_of_gamma_gamma_is_that_of_differences(p, q, v, means):
    x, weight = np.arange(1, len(means) + 1), np.linspace(1, 3, len(means))
    data = (x, np.array(means), weight)
    check_gradient(lambda values: GammaGamma(*values).log_likelihood(*data), np.array([p, q, v]))


def check_gradient(objective, point):
    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-5 * point[place]
        difference = (objective(point + step)[0] - objective(point - step)[0]) / (2 * step[place])
        assert objective(point)[1][place] == pytest.approx(difference, rel=1e-4, abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(positive, st.floats(1.0, 20.0), positive, st.floats(1.0, 20.0), histories())
def test_pareto_nbd_is_its_integral(r, alpha, s, beta, one):
    """The time of leaving by quadrature of the density, lambda by its gamma integral."""
    x, last, age = int(one.x[0]), float(one.last[0]), float(one.age[0])

    def given_rate(time):
        return np.exp(r * np.log(alpha) - (r + x) * np.log(alpha + time) + np.sum(np.log(r + np.arange(x))))

    def leaves(time):
        return s / beta * (beta / (beta + time)) ** (s + 1)

    there = given_rate(age) * (beta / (beta + age)) ** s
    left = integrate.quad(lambda time: given_rate(time) * leaves(time), last, age, epsabs=0, epsrel=1e-10, limit=400)[0]
    model = ParetoNbd(r, alpha, s, beta)
    assert model.log_likelihood(one)[0] == pytest.approx(np.log(there + left), abs=1e-7)
    assert model.alive(one)[0] == pytest.approx(there / (there + left), abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.5, 8), st.floats(1.5, 6), st.floats(1, 50), st.integers(1, 8), st.floats(1, 100))
def test_gamma_gamma_is_its_integral(p, q, v, x, mean):
    """Density of the mean of x purchases, and the mean of nu given it, over nu ~ Gamma(q, rate v)."""
    shape, rate = p * x + q, v + x * mean
    # over log nu, from where it has no weight left below the top of what is integrated to where it has none above
    low, top, high = (np.log(shape / rate) + shift for shift in (-60 / (shape - 1), 0.0, 12 / np.sqrt(shape - 1)))

    def over(f):
        whole = [
            integrate.quad(lambda u: np.exp(u) * f(np.exp(u)), *ends, epsabs=0, epsrel=1e-10, limit=400)[0]
            for ends in ((low, top), (top, high))
        ]
        return sum(whole)

    def density(nu):
        return stats.gamma.pdf(nu, q, scale=1 / v) * stats.gamma.pdf(mean, p * x, scale=1 / (nu * x))

    model, whole = GammaGamma(p, q, v), over(density)
    found = model.log_likelihood(np.array([x]), np.array([mean]), np.ones(1))[0]
    assert found == pytest.approx(np.log(whole), abs=1e-7)
    worth = over(lambda nu: density(nu) * p / nu) / whole
    assert model.expected_mean(np.array([x]), np.array([mean]))[0] == pytest.approx(worth, rel=1e-7)


@settings(max_examples=40, deadline=None)
@given(positive, st.floats(1.0, 20.0), histories(), st.floats(0.1, 0.95))
def test_waiting_time_is_the_quantile_of_the_next_purchase(r, alpha, one, share):
    model = BetaGeometric(r, alpha, 1.0, 1.0)
    wait = float(waiting_time(model, one, share)[0])
    x, age = int(one.x[0]), float(one.age[0])
    assert 1 - ((alpha + age) / (alpha + age + wait)) ** (r + x) == pytest.approx(share, abs=1e-9)


def test_new_customers_of_mbg_nbd_may_be_lost_at_once():
    """A mean of simulated customers, purchase by purchase."""
    rng, weeks = np.random.default_rng(11), 60.0
    model = BetaGeometric(1.2, 6.0, 1.5, 2.5, shift=1)
    rate, loss = rng.gamma(1.2, 1 / 6.0, 200_000), rng.beta(1.5, 2.5, 200_000)
    there, now, made = rng.random(200_000) >= loss, np.zeros(200_000), np.zeros(200_000)
    while there.any():
        now[there] += rng.exponential(1 / rate[there])
        there &= now <= weeks
        made[there] += 1
        there &= rng.random(200_000) >= loss
    assert expected_of_new(model, np.array([weeks]))[0] == pytest.approx(made.mean(), rel=0.01)
