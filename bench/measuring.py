"""Times of cases that take turns, and what is said about them: median, spread, ratio, SHORT."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

ROUNDS = 5
PAGE_REQUESTS = 6  # a round of a page is the middle one of so many requests: 30 in five rounds
MOST_SPREAD = 0.30
TRIES = 3  # a row that other programs disturb is measured again, twice at most
LONG_SECONDS = 60.0  # what takes longer is measured once: the whole table is to be there within half an hour

Case = Callable[[], float]


@dataclass(frozen=True)
class Timing:
    """Seconds (or another unit) of one case, a value a round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """The middle half of the rounds, as a share of the median."""
        if len(self.values) < 3:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / self.median if self.median else 0.0


@dataclass(frozen=True)
class Line:
    """One line of the table. `ratio` is ours by theirs; a `bound` is the most it may be, or the least (`is_least`)."""

    row: str
    what: str
    ours: str
    theirs: str = "-"
    ratio: float | None = None
    spread: float = 0.0
    bound: float | None = None
    is_least: bool = False

    @property
    def is_noisy(self) -> bool:
        """Whether the times moved too much for a ratio to mean anything."""
        return self.spread > MOST_SPREAD

    @property
    def is_short(self) -> bool:
        """Whether the demand is not met."""
        if self.ratio is None or self.bound is None or self.is_noisy:
            return False
        return self.ratio < self.bound if self.is_least else self.ratio > self.bound


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def middle(work: Callable[[], object], times: int = PAGE_REQUESTS) -> float:
    """The median of the seconds of so many calls."""
    return statistics.median(timed(work) for _ in range(times))


def alternate(cases: Mapping[str, Case], rounds: int = ROUNDS) -> dict[str, Timing]:
    """Every case once a round, so that what disturbs the machine disturbs all; measured again while it is too much."""
    for attempt in range(TRIES):
        started = time.perf_counter()
        values: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(rounds):
            for name, case in cases.items():
                values[name].append(case())
        timings = {name: Timing(tuple(found)) for name, found in values.items()}
        is_last = attempt == TRIES - 1 or time.perf_counter() - started > LONG_SECONDS
        if is_last or max(timing.spread for timing in timings.values()) <= MOST_SPREAD:
            return timings
    raise AssertionError("the last attempt returns")


def beside(row: str, what: str, ours: Timing, theirs: Timing, *, most: float, name: str = "", unit: str = "ms") -> Line:
    """Ours beside its limit (`name`): at most `most` times as long."""
    return Line(
        row=row,
        what=what,
        ours=written(ours.median, unit),
        theirs=f"{written(theirs.median, unit)} {name}".strip(),
        ratio=ours.median / theirs.median if theirs.median else None,
        spread=max(ours.spread, theirs.spread),
        bound=most,
    )


def at_most(row: str, what: str, value: float, bound: float, unit: str = "") -> Line:
    """A count, or a time that nothing stands beside, and the most that it may be."""
    return Line(row, what, written(value, unit), f"at most {written(bound, unit)}", value / bound, bound=1.0)


def at_least(row: str, what: str, ours: float, theirs: float, *, least: float, name: str, unit: str) -> Line:
    """A rate beside its limit's: at least `least` of it."""
    return Line(
        row, what, written(ours, unit), f"{written(theirs, unit)} {name}", ours / theirs, bound=least, is_least=True
    )


def written(value: float, unit: str) -> str:
    """A value with its unit; seconds in milliseconds where that is the unit."""
    if unit == "ms":
        return f"{value * 1000:,.1f} ms" if value < 0.1 else f"{value * 1000:,.0f} ms"
    if unit == "s":
        return f"{value:,.2f} s"
    text = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.2f}"
    return f"{text} {unit}".strip()


def table(lines: Iterable[Line]) -> list[str]:
    """Lines of Markdown, without the head."""
    rows = []
    for line in lines:
        if line.is_noisy:
            ratio, demand = "(noisy)", _demand(line)
        else:
            ratio = f"{line.ratio:.2f}" if line.ratio is not None else "-"
            demand = _demand(line) + (" **SHORT**" if line.is_short else "")
        spread = f"{line.spread:.0%}" if line.spread else "-"
        rows.append(f"| {line.row} | {line.what} | {line.ours} | {line.theirs} | {spread} | {ratio} | {demand} |")
    return rows


HEAD = [
    "| row | what | product | beside | spread | ratio | demand |",
    "|---|---|---:|---:|---:|---:|---|",
]


def _demand(line: Line) -> str:
    if line.bound is None:
        return "-"
    return f"{'≥' if line.is_least else '≤'} {line.bound:g}"
