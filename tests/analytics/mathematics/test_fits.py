"""What fits find again, and what they say at the edges."""

import numpy as np
import pytest

from analytics.mathematics import beta_geometric, gamma_gamma, pareto_nbd
from analytics.mathematics.fitting import CannotFit
from analytics.mathematics.forecasting import expected_purchases
from analytics.mathematics.histories import Histories, compress
from tests.analytics.mathematics.samples import as_histories, draw

TRUTH = {"r": 0.9, "alpha": 7.0, "a": 0.8, "b": 2.5}


@pytest.mark.parametrize("shift", [0, 1])
def test_parameters_of_drawn_customers_are_found_within_three_errors(shift):
    x, last, age, alive = draw(np.random.default_rng(3), 6_000, 100.0, **TRUTH, shift=shift)
    histories = as_histories(x, last, age)
    fit = beta_geometric.fit(histories, shift)
    for name, true in TRUTH.items():
        assert abs(fit.parameters[name] - true) < 3 * float(fit.errors[name])
    order = np.argsort(x, kind="stable")
    there = beta_geometric.model_of(fit).alive(histories)
    assert there.mean() == pytest.approx(alive.mean(), abs=0.02)
    assert there[alive[order]].mean() > there[~alive[order]].mean() + 0.2


def test_values_of_drawn_purchases_are_found_within_three_errors():
    rng = np.random.default_rng(4)
    x, nu = rng.integers(1, 9, 5_000), rng.gamma(3.5, 1 / 80.0, 5_000)
    fit = gamma_gamma.fit(x, rng.gamma(5.0 * x) / nu / x)
    for name, true in {"p": 5.0, "q": 3.5, "v": 80.0}.items():
        assert abs(fit.parameters[name] - true) < 3 * float(fit.errors[name])


def test_compressed_customers_give_the_same_fit_as_each_by_itself():
    rng = np.random.default_rng(5)
    x, last, age, _alive = draw(rng, 800, 60.0, **TRUTH)
    age_days = np.rint(age * 7).astype(int)
    last_days = np.where(x > 0, np.minimum(np.rint(last * 7).astype(int), age_days), 0)
    compressed, place = compress(x, last_days, age_days)
    assert compressed.customers == 800
    assert np.array_equal(compressed.x[place], x)
    one = beta_geometric.fit(compressed)
    other = beta_geometric.fit(as_histories(x, last_days / 7, age_days / 7))
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=1e-6)
    assert one.parameters == pytest.approx(other.parameters, rel=1e-3)


def test_unit_of_time_changes_no_forecast():
    x, last, age, _alive = draw(np.random.default_rng(6), 1_000, 60.0, **TRUTH)
    weeks, days = as_histories(x, last, age), as_histories(x, last * 7, age * 7)
    one, other = beta_geometric.fit(weeks), beta_geometric.fit(days)
    assert other.parameters["alpha"] == pytest.approx(7 * one.parameters["alpha"], rel=1e-3)
    assert other.log_likelihood == pytest.approx(one.log_likelihood - x.sum() * np.log(7), abs=1e-3)


def test_nobody_who_came_back_is_refused_in_a_sentence():
    none = as_histories(np.zeros(50, int), np.zeros(50), np.linspace(1, 50, 50))
    for fit in (beta_geometric.fit, pareto_nbd.fit):
        with pytest.raises(CannotFit, match="No customer has bought on a second day"):
            fit(none)
    with pytest.raises(CannotFit, match="No customer has repeat purchases"):
        gamma_gamma.fit(np.zeros(0, int), np.zeros(0))


def test_customers_who_never_leave_are_named_as_an_edge():
    rng = np.random.default_rng(7)
    rate = rng.gamma(2.0, 1 / 4.0, 2_000)
    x = rng.poisson(rate * 50)
    last = np.where(x > 0, 50 * rng.random(2_000) ** (1 / np.maximum(x, 1)), 0.0)
    fit = beta_geometric.fit(as_histories(x, last, np.full(2_000, 50.0)))
    model = beta_geometric.model_of(fit)
    assert model.a / (model.a + model.b) < 0.01
    assert fit.parameters["r"] == pytest.approx(2.0, rel=0.1)
    assert fit.edges
    assert all(edge.endswith(".") for edge in fit.edges)


def test_customers_who_are_all_alike_are_fitted_without_nonsense():
    alike = Histories(np.array([3]), np.array([30.0]), np.array([40.0]), np.array([100.0]))
    fit = beta_geometric.fit(alike)
    made = expected_purchases(beta_geometric.model_of(fit), alike, np.array([52.0]))[0, 0]
    assert beta_geometric.EDGES["shape"] in fit.edges
    assert 0 < made < 3 / 30 * 52 * 1.2


@pytest.mark.parametrize("seed", range(6))
def test_small_bases_are_fitted_or_refused_but_never_yield_what_is_not_a_number(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, 8)
    x[0] = 2
    age = rng.integers(0, 60, 8).astype(float)
    age[0] = 30.0
    last = np.where(x > 0, age * rng.random(8), 0.0)
    histories = as_histories(x, last, age)
    fit = beta_geometric.fit(histories)
    model = beta_geometric.model_of(fit)
    made = expected_purchases(model, histories, np.array([4.0, 52.0]))
    assert np.isfinite(made).all()
    assert (made >= 0).all()
    assert np.isfinite(fit.draws(20, rng)).all()


def test_impossible_histories_are_refused():
    with pytest.raises(ValueError, match="between the first one and the end"):
        compress(np.array([1]), np.array([9]), np.array([5]))
