"""The models of customer lifetime value in words: what each is, and what its parameters say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.templatetags.figures import number, percent, whole_money

WEEKS_A_YEAR = 365.25 / 7
ORDER = ("r", "alpha", "a", "b", "p", "q", "v")  # of the papers; JSON keeps none
EXPLAINED = {
    "BG/NBD": "How often customers buy until they are lost. Used for expected purchases and worth.",
    "MBG/NBD": "The same, but a customer can be lost after the first purchase, too. Used for who is still there among "
    "those who bought once, of whom BG/NBD would say that all are.",
    "Pareto/NBD": "Customers can be lost at any moment, not only after a purchase. To compare with.",
    "Gamma-Gamma": "What a purchase of each customer is worth, drawn to the mean of all the more the fewer there are.",
}


def model_lines(fit: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Parameters of a fit, a line each: name, value, standard error, and groups of them in words."""
    errors = fit["errors"]
    lines = [
        {"name": name, "value": number(value, 4), "error": "" if errors[name] is None else number(errors[name], 4)}
        for name, value in sorted(fit["parameters"].items(), key=lambda one: ORDER.index(one[0]))
    ]
    says = _says(fit["model"], fit["parameters"], currency)
    return [{**line, "says": says.get(str(line["name"]), "")} for line in lines]


def _says(model: str, one: Mapping[str, float], currency: str) -> dict[str, str]:
    if model == "Gamma-Gamma":
        mean = one["p"] * one["v"] / (one["q"] - 1)
        return {
            "p": f"single purchases of a customer spread by {percent(one['p'] ** -0.5)} around their mean",
            "q": f"a purchase is worth {whole_money(mean, currency)} on average over all customers",
        }
    rate = one["r"] / one["alpha"] * WEEKS_A_YEAR
    return {
        "r": f"while there, customers buy {number(rate, 1)} times a year on average; "
        f"the spread between them is {percent(one['r'] ** -0.5)} of that",
        "a": f"after a purchase {percent(one['a'] / (one['a'] + one['b']))} are lost for good on average",
    }
