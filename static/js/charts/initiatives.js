// The figure of an initiative over time: its line in the band of its interval, the target across, the start as a mark.
(() => {
  const exact = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 1, signDisplay: "negative" });

  function outcome(data, tone) {
    const say = (value) => `${exact.format(value)}${data.unit ? ` ${data.unit}` : ""}`;
    const between = (place) => inWords("%(low)s to %(high)s", { low: say(data.low[place]), high: say(data.high[place]) });
    const label = (place) => {
      const bounds = data.low[place] === null ? "" : ` (${between(place)})`;
      return [data.periods[place], `${data.name} ${say(data.values[place])}${bounds}`, data.cases[place]].join("\n");
    };
    const hidden = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, stackStrategy: "all" };
    const ends = [...data.low, ...data.high, ...data.values, data.target].filter((value) => value !== null);
    const step = 10 ** Math.floor(Math.log10(Math.max(...ends) - Math.min(...ends) || 1));
    const low = Math.floor(Math.min(...ends) / step) * step;
    const high = Math.ceil(Math.max(...ends) / step) * step;
    // the start stands on an axis of numbers below the names of the periods, which knows places between two of them
    const last = data.periods.length - 1;
    return {
      legend: { top: 0, left: 0, itemWidth: 16, itemHeight: 10, textStyle: { color: tone.ink2 }, data: [data.name] },
      grid: { left: 64, right: 104, top: 40, bottom: 28 },
      tooltip: { trigger: "axis", formatter: (found) => label(found.find((one) => one.seriesName === data.name).dataIndex) },
      xAxis: [
        {
          type: "category", data: data.periods, boundaryGap: true, axisTick: { show: false },
          axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, hideOverlap: true },
        },
        { type: "value", min: -0.5, max: last + 0.5, show: false, axisPointer: { show: false } },
      ],
      yAxis: { type: "value", axisLine: { show: false }, axisTick: { show: false }, min: low, max: high, splitNumber: 4, splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, formatter: say } },
      series: [
        { ...hidden, name: "low", data: data.low },
        { ...hidden, name: "high", data: data.high.map((end, place) => (end === null ? null : end - data.low[place])), areaStyle: { color: tone.series[0], opacity: 0.14 } },
        {
          type: "line", name: data.name, data: data.values, symbol: "circle", symbolSize: 7,
          lineStyle: { color: tone.series[0], width: 2 }, itemStyle: { color: tone.series[0] },
          markLine: {
            silent: true, symbol: "none", lineStyle: { color: tone.series[1], type: "dashed" },
            data: [{ yAxis: data.target, label: { formatter: inWords("Target %(value)s", { value: say(data.target) }), color: tone.ink2, position: "end" } }],
          },
        },
        {
          type: "line", name: "start", xAxisIndex: 1, data: [], silent: true,
          markLine: {
            silent: true, symbol: "none", lineStyle: { color: tone.ink3, type: "solid" },
            data: data.start === null ? [] : [{ xAxis: data.start, label: { formatter: inWords("Start"), color: tone.ink2 } }],
          },
        },
      ],
    };
  }

  window.crmCharts.define("outcome", outcome);
  window.crmCharts.start();
})();
