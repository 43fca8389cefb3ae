"""The charts of tiles as SVG, from the data that the browser draws: `static/js/charts/` draws the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm.dashboards.drawing.canvas import (
    DASHES,
    HEAT,
    HEIGHT,
    INK,
    INK_2,
    INK_3,
    LETTER,
    LINE,
    PAPER,
    SERIES,
    WIDTH,
    Canvas,
    Scale,
    compact,
    scale_of,
    shortened,
)

LEFT, RIGHT, TOP, BOTTOM = 40.0, 12.0, 26.0, 20.0
MOST_BARS = 10


def draw_chart(name: str, data: Mapping[str, Any]) -> bytes:
    """The picture of a chart; empty for a kind that only a browser draws."""
    drawing = DRAWINGS.get(name)
    return drawing(data).as_svg() if drawing is not None else b""


def lines(data: Mapping[str, Any]) -> Canvas:
    """A line for each series over the periods; what is not over yet is a ring. Without a `unit` they are shares."""
    canvas, names, partial = Canvas(), data["periods"], data.get("partial") or []
    series = [(one["name"], [_value(point) for point in one["points"]]) for one in data["series"]]
    unit = "" if "unit" in data else " %"
    up = scale_of([value for _, values in series for value in values if value is not None], HEIGHT - BOTTOM, TOP)
    along = _frame(canvas, up, names, unit)
    pens = [(name, SERIES[place % len(SERIES)], DASHES[place % len(DASHES)]) for place, (name, _) in enumerate(series)]
    for (_, values), (_, colour, dash) in zip(series, pens, strict=True):
        _trace(canvas, [along(place) for place in range(len(values))], values, up, colour, dash, partial)
    canvas.legend(pens)
    return canvas


def nps(data: Mapping[str, Any]) -> Canvas:
    """The score in the band of its interval; retention beside it, dashed, on a scale of its own from 0 to 100 %."""
    canvas, low, high = Canvas(), data["low"], data["high"]
    scores, kept = [_value(one) for one in data["scores"]], data["retention"]
    up = scale_of([one for one in (*low, *high) if one is not None], HEIGHT - BOTTOM, TOP, from_zero=False)
    along = _frame(canvas, up, data["periods"], "")
    xs = [along(place) for place in range(len(scores))]
    for first, last in _stretches(low):
        band = [(xs[place], up.at(high[place])) for place in range(first, last)]
        band += [(xs[place], up.at(low[place])) for place in reversed(range(first, last))]
        canvas.path(band, "", fill=SERIES[0])
    rings = [one or other for one, other in zip(data["partial"], data["small"], strict=True)]
    entries = [("NPS", SERIES[0], "")]
    if any(one is not None for one in kept):
        _trace(canvas, xs, kept, Scale(0, 100, HEIGHT - BOTTOM, TOP), SERIES[1], DASHES[3], ())
        entries.append(("Retention (0 to 100 %)", SERIES[1], DASHES[3]))
    _trace(canvas, xs, scores, up, SERIES[0], "", rings)
    canvas.legend(entries)
    return canvas


def bars(data: Mapping[str, Any]) -> Canvas:
    """Lying bars, one for each name; `low` and `high` draw its interval."""
    names, values = data["names"][:MOST_BARS], [float(one or 0) for one in data["values"][:MOST_BARS]]
    low, high = data.get("low"), data.get("high")
    left = min(150.0, max((len(shortened(one, 26)) for one in names), default=0) * LETTER + 8)
    ends = [*values, *(one for one in (high or ()) if one is not None)]
    step = min(30.0, (HEIGHT - 8) / max(len(names), 1))
    canvas = Canvas(height=max(step * len(names) + 8, 60.0))
    across = scale_of(ends, left, WIDTH - 64)
    canvas.line(across.at(0), 2, across.at(0), canvas.height - 2, LINE)
    for place, (name, value) in enumerate(zip(names, values, strict=True)):
        y = 4 + step * place
        middle = y + step / 2
        canvas.text(left - 6, middle + 3.5, shortened(name, 26), colour=INK_2, anchor="end")
        begin, end = sorted((across.at(0), across.at(value)))
        canvas.rectangle(begin, y + step * 0.2, end - begin, step * 0.6, SERIES[0], round_by=2)
        if low and high and low[place] is not None:
            canvas.line(across.at(low[place]), middle, across.at(high[place]), middle, INK_2, 1.5)
        said = "–" if data["values"][place] is None else f"{compact(value)}{data.get('unit') or ''}"
        canvas.text(
            max(end, across.at(high[place]) if high and high[place] is not None else end) + 5,
            middle + 3.5,
            said,
            colour=INK,
        )
    return canvas


def forecast_months(data: Mapping[str, Any]) -> Canvas:
    """Won, commit and best case on top of each other, the learned forecast as a line, the target dashed."""
    canvas, names, months = Canvas(), data["names"], list(data["months"])
    stacked = [(data["won"], SERIES[0], ""), (data["commit"], SERIES[1], ""), (data["rest"], "none", SERIES[1])]
    sums = [sum(float(values[place] or 0) for values, _, _ in stacked) for place in range(len(months))]
    further = [float(one) for one in (*data["learned"], *data["target"]) if one is not None]
    up = scale_of([*sums, *further], HEIGHT - BOTTOM, TOP)
    along = _frame(canvas, up, months, "", is_between=True)
    wide = min(34.0, (WIDTH - LEFT - RIGHT) / max(len(months), 1) * 0.6)
    for place in range(len(months)):
        base = 0.0
        for values, fill, edge in stacked:
            if not (value := float(values[place] or 0)):
                continue
            y, y0 = up.at(base + value), up.at(base)
            canvas.rectangle(along(place) - wide / 2, y, wide, y0 - y, fill, edge=edge)
            base += value
    xs = [along(place) for place in range(len(months))]
    _trace(canvas, xs, data["learned"], up, SERIES[2], "", ())
    entries = [(names["won"], SERIES[0], ""), (names["commit"], SERIES[1], ""), (names["learned"], SERIES[2], "")]
    if any(one is not None for one in data["target"]):
        _trace(canvas, xs, data["target"], up, SERIES[3], DASHES[3], ())
        entries.append((names["target"], SERIES[3], DASHES[3]))
    entries.append((f"{names['best_case']} on top", SERIES[1], "3 2"))
    canvas.legend(entries)
    return canvas


def triangle(data: Mapping[str, Any]) -> Canvas:
    """The heat of cohorts: a row for each, a column for each age; the newest cohorts where there are many."""
    skipped = max(0, len(data["cohorts"]) - 12)
    cohorts, ages = data["cohorts"][skipped:], data["ages"][:13]
    canvas = Canvas()
    left, step = 96.0, (HEIGHT - 18) / max(len(cohorts), 1)
    wide = (WIDTH - left) / max(len(ages), 1)
    for place, age in enumerate(ages):
        canvas.text(left + wide * (place + 0.5), 11, age, anchor="middle", size=9)
    for place, name in enumerate(cohorts):
        canvas.text(left - 6, 18 + step * (place + 0.5) + 3, shortened(name, 18), colour=INK_2, anchor="end", size=9)
    for age, cohort, share, level in data["cells"]:
        row = cohort - skipped
        if row < 0 or age >= len(ages):
            continue
        x, y = left + wide * age, 18 + step * row
        canvas.rectangle(x + 0.5, y + 0.5, wide - 1, step - 1, HEAT[level])
        tone = PAPER if level > 5 else INK
        canvas.text(x + wide / 2, y + step / 2 + 3, f"{share}", colour=tone, anchor="middle", size=8.5)
    return canvas


def _frame(
    canvas: Canvas, up: Scale, names: Sequence[str], unit: str, *, is_between: bool = False
) -> Callable[[int], float]:
    """The grid with its figures and the names below; where each name lies."""
    width, count = canvas.width - LEFT - RIGHT, len(names)

    def along(place: int) -> float:
        if is_between or count < 2:
            return LEFT + width * (place + 0.5) / max(count, 1)
        return LEFT + width * place / (count - 1)

    for value in up.steps:
        canvas.line(LEFT, up.at(value), canvas.width - RIGHT, up.at(value), LINE)
        canvas.text(LEFT - 6, up.at(value) + 3.5, f"{compact(value)}{unit}", anchor="end")
    longest = max((len(name) for name in names), default=1) * LETTER + 10
    every = max(1, -(-int(longest * count) // max(int(width), 1)))
    for place in range(count - 1, -1, -every):
        anchor = "end" if place == count - 1 and count > 1 and not is_between else "middle"
        canvas.text(
            along(place) + (RIGHT if anchor == "end" else 0),
            canvas.height - 5,
            names[place],
            anchor=anchor,
            colour=INK_3,
        )
    return along


def _trace(
    canvas: Canvas, xs: Sequence[float], values: Sequence[Any], up: Scale, colour: str, dash: str, rings: Sequence[Any]
) -> None:
    """A line with a gap where there is no value; no dots where they would touch."""
    for first, last in _stretches(values):
        canvas.path([(xs[place], up.at(float(values[place]))) for place in range(first, last)], colour, dash=dash)
    if len(values) > 40:
        return
    for place, value in enumerate(values):
        if value is not None:
            is_ring = bool(rings and place < len(rings) and rings[place])
            canvas.dot(xs[place], up.at(float(value)), colour, is_ring=is_ring)


def _stretches(values: Sequence[Any]) -> list[tuple[int, int]]:
    """From where to where values follow each other without a gap."""
    found: list[tuple[int, int]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def _value(point: Any) -> float | None:
    """A point as charts have it: a number, or with its address."""
    value = point.get("value") if isinstance(point, Mapping) else point
    return None if value is None else float(value)


DRAWINGS: dict[str, Callable[[Mapping[str, Any]], Canvas]] = {
    "lines": lines,
    "nps": nps,
    "bars": bars,
    "forecast-months": forecast_months,
    "triangle": triangle,
}
