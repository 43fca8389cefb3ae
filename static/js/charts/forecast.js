// The months of the forecast: what was won, what is committed and may come on top, the learned forecast, the target.
(() => {
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 0 });
  const said = (value) => (value === undefined || value === null ? "–" : whole.format(value));

  function months(data, tone) {
    const { names, running } = data;
    const bars = (name, values, more) => ({
      type: "bar", name, stack: "money", barMaxWidth: 34, cursor: "pointer", tooltip: { valueFormatter: said },
      data: values.map((value, place) => (value ? { value: Math.round(value), url: data.urls[place] } : null)), ...more,
    });
    const line = (name, values, style, symbol) => ({
      type: "line", name, symbol, symbolSize: 9, connectNulls: false, lineStyle: style, itemStyle: { color: style.color },
      data: values.map((value) => (value === null || value === undefined ? null : Math.round(value))), tooltip: { valueFormatter: said },
    });
    // told apart by shape as well as by colour: full, outlined and dotted bars, a line with rings, a dashed line
    const series = [
      bars(names.won, data.won, { itemStyle: { color: tone.series[0] } }),
      bars(names.commit, data.commit, { itemStyle: { color: tone.series[1], borderColor: tone.ink2, borderWidth: 1 } }),
      bars(inWords("%(category)s on top", { category: names.best_case }), data.rest, { itemStyle: { color: "transparent", borderColor: tone.series[1], borderWidth: 1.5, borderType: "dashed" } }),
      line(names.learned, data.learned, { color: tone.series[2], width: 2.5 }, "circle"),
    ];
    if (data.target.some((value) => value !== null)) series.push(line(names.target, data.target, { color: tone.ink3, width: 1.5, type: "dashed" }, "diamond"));
    return {
      legend: { top: 0, left: 0, type: "scroll", itemWidth: 16, itemHeight: 10, textStyle: { color: tone.ink2 } },
      grid: { left: 56, right: 14, top: 36, bottom: 28 },
      tooltip: { trigger: "axis" },
      xAxis: {
        type: "category", axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } },
        data: data.months.map((period, place) => (place === running ? inWords("%(period)s so far", { period }) : period)), axisLabel: { color: tone.ink2, hideOverlap: true },
      },
      yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, formatter: (value) => short.format(value) } },
      series,
    };
  }

  window.crmCharts.define("forecast-months", months);
})();
