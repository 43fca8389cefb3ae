"""What a kind of computation says of itself. Apps above the analysis bring theirs by it; the settings name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.code_version import code_version
from analytics.steps import StepResult, no_parameters

if TYPE_CHECKING:
    from analytics.models import ModelRun


def metrics_sentences(run: ModelRun) -> list[str]:
    """What a run says in words unless its step says it better: the sentences among its figures."""
    return list(run.metrics.get("sentences", ()))


@dataclass(frozen=True)
class Step:
    """A kind of computation.

    `parameters` are the names it takes; `read` turns what was typed into their values. `after` names the steps whose
    results it reads: in a run of several it comes behind them, and is left out when one of them failed. `describe`
    says a run in words, a line each. `url_name` is the page that shows it.
    """

    name: str
    label: str
    run: Callable[..., StepResult]
    read: Callable[[Mapping[str, Any]], dict[str, Any]] = no_parameters
    parameters: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    describe: Callable[[ModelRun], list[str]] = metrics_sentences
    url_name: str = ""

    @property
    def code_version(self) -> str:
        """A mark of the code of this step and of all that it rests on, to tell figures from those of older code."""
        return code_version(self.run.__module__)
