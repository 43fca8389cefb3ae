"""What a kind of computation says of itself. Apps above the analysis bring theirs by it; the settings name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
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

    `module` is where it stands, read when it is first asked for: every process knows the steps, few do one, and what
    they compute with takes long to import. `parameters` are the names it takes. `after` names the steps whose results
    it reads: in a run of several it comes behind them, and is left out when one of them failed. `url_name` is the page
    that shows it.
    """

    name: str
    label: str
    module: str
    parameters: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    url_name: str = ""

    @property
    def run(self) -> Callable[..., StepResult]:
        """Computes and writes."""
        found: Callable[..., StepResult] = self._code.run
        return found

    @property
    def read(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Turns what was typed into the values of the parameters."""
        found: Callable[[Mapping[str, Any]], dict[str, Any]]
        found = getattr(self._code, "read_parameters", no_parameters)
        return found

    @property
    def describe(self) -> Callable[[ModelRun], list[str]]:
        """Says a run in words, a line each."""
        found: Callable[[ModelRun], list[str]] = getattr(self._code, "describe", metrics_sentences)
        return found

    @property
    def code_version(self) -> str:
        """A mark of the code of this step and of all that it rests on, to tell figures from those of older code."""
        return code_version(self.module)

    @property
    def _code(self) -> ModuleType:
        return import_module(self.module)
