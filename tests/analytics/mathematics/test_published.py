"""The figures of the papers and of an independent package on the CDNOW sample, to the digits printed.

BG/NBD: Fader, Hardie, Lee (2005), Marketing Science 24(2); Pareto/NBD and Gamma-Gamma: Fader, Hardie, Lee (2005), JMR
42(4). Where no paper prints a figure, it is that of lifetimes 0.11.3 or of an own likelihood in scipy.
"""

import datetime as dt

import numpy as np
import pytest

from analytics.mathematics import beta_geometric, gamma_gamma, pareto_nbd
from analytics.mathematics.forecasting import expected_of_new, expected_purchases
from analytics.mathematics.histories import Histories
from tests.analytics.bases import cdnow_sales
from tests.analytics.mathematics.samples import CUTOFF, END, START, cdnow, cdnow_histories

WEEKS = 39.0


@pytest.fixture(scope="module")
def histories():
    return cdnow_histories()


@pytest.fixture(scope="module")
def bg_nbd(histories):
    return beta_geometric.fit(histories)


@pytest.fixture(scope="module")
def pareto(histories):
    return pareto_nbd.fit(histories)


def rounded(fit, digits=3):
    return {name: round(value, digits) for name, value in fit.parameters.items()}


def test_bg_nbd_has_the_published_parameters_and_likelihood(bg_nbd):
    assert rounded(bg_nbd) == {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert round(bg_nbd.log_likelihood, 1) == -9582.4
    assert not bg_nbd.edges


def test_mbg_nbd_has_the_parameters_of_the_other_package(histories):
    fit = beta_geometric.fit(histories, shift=1)
    assert rounded(fit, 4) == {"r": 0.5248, "alpha": 6.1831, "a": 0.8914, "b": 1.6140}


def test_pareto_nbd_has_the_published_parameters_and_likelihood(pareto):
    assert rounded(pareto, 2) == {"r": 0.55, "alpha": 10.58, "s": 0.61, "beta": 11.67}
    assert rounded(pareto)["r"] == 0.553
    assert rounded(pareto)["s"] == 0.606
    assert round(pareto.log_likelihood, 1) == -9595.0


def test_gamma_gamma_has_the_published_parameters_on_the_946_repeaters():
    x, _last, _age, mean = cdnow()
    fit = gamma_gamma.fit(x[x > 0], mean[x > 0])
    model = gamma_gamma.model_of(fit)
    assert fit.customers == 946
    assert rounded(fit, 2) == {"p": 6.25, "q": 3.74, "v": 15.44}
    assert round(fit.log_likelihood, 2) == -4055.92
    assert round(model.population_mean, 2) == 35.17
    found = model.expected_mean(np.array([1, 2, 7, 0]), np.array([20.0, 22.35, 73.74, 0.0]))
    assert found == pytest.approx([24.6299, 24.6586, 71.4629, 35.171], rel=1e-4)


def test_one_customer_is_expected_to_buy_1_226_times(bg_nbd):
    model, one = beta_geometric.model_of(bg_nbd), Histories.single(2, 30.43, 38.86)
    assert round(float(expected_purchases(model, one, np.array([WEEKS]))[0, 0]), 3) == 1.226
    assert round(float(model.alive(one)[0]), 4) == 0.7266
    assert round(float(expected_of_new(model, np.array([52.0]))[0]), 3) == 1.444


def test_week_by_week_table_is_the_published_one(bg_nbd, pareto):
    _x, _last, age, _mean = cdnow()
    first = (CUTOFF - START).days - age
    models = (
        lambda t: expected_of_new(beta_geometric.model_of(bg_nbd), t),
        pareto_nbd.model_of(pareto).expected_of_new,
    )
    firsts: dict[int, dt.date] = {}
    made = set()
    for sale in cdnow_sales():
        firsts[sale.customer] = min(sale.day, firsts.get(sale.customer, sale.day))
        made.add((sale.customer, sale.day))
    for week, *wanted in (
        (13, 828, 709.0, 698.8), (26, 1746, 1726.9, 1733.1), (39, 2457, 2494.0, 2524.9), (52, 3183, 3127.7, 3184.4),
        (65, 3844, 3675.0, 3757.9), (78, 4339, 4160.6, 4270.0),
    ):  # fmt: skip
        end = START + dt.timedelta(days=7 * week - 1)
        repeats = sum(1 for customer, day in made if firsts[customer] < day <= end)
        since = (7 * week - 1 - first)[first < 7 * week] / 7
        assert [repeats, *(round(float(one(since).sum()), 1) for one in models)] == pytest.approx(wanted, abs=0.06)


def test_table_by_frequency_class_is_the_published_one(bg_nbd, histories):
    expected = expected_purchases(beta_geometric.model_of(bg_nbd), histories, np.array([WEEKS]))[:, 0]
    assert round(float(expected @ histories.weight), 1) == 1653.4
    found = []
    for one in range(8):
        inside = np.minimum(histories.x, 7) == one
        customers = histories.weight[inside].sum()
        found.append((one, customers, round(float(expected[inside] @ histories.weight[inside] / customers), 3)))
    assert found == [
        (0, 1411, 0.225), (1, 439, 0.523), (2, 214, 1.044), (3, 100, 1.520), (4, 62, 2.164), (5, 38, 2.654),
        (6, 29, 3.504), (7, 64, 6.157),
    ]  # fmt: skip


def test_chance_to_be_there_has_the_published_means(bg_nbd, histories):
    alive = beta_geometric.model_of(bg_nbd).alive(histories)
    repeaters = histories.x > 0
    assert round(float(alive @ histories.weight / histories.customers), 4) == 0.8134
    mean = alive[repeaters] @ histories.weight[repeaters] / histories.weight[repeaters].sum()
    assert round(float(mean), 4) == 0.5352


def test_pareto_nbd_forecast_of_the_holdout_is_that_of_the_other_package(pareto, histories):
    expected = pareto_nbd.model_of(pareto).expected_purchases(histories, WEEKS)
    assert round(float(expected @ histories.weight), 1) == 1665.5
    assert (END - CUTOFF).days == 7 * WEEKS
