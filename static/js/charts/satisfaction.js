// The net promoter score over time: its line in the band of its interval, retention beside it on an axis of its own.
// Periods with few answers are drawn as small empty rings.
(() => {
  const exact = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 1, signDisplay: "negative" });

  function nps(data, tone) {
    const periods = data.periods.map((period, place) => (data.partial[place] ? inWords("%(period)s so far", { period }) : period));
    const between = (place) =>
      inWords("%(low)s to %(high)s", { low: exact.format(data.low[place]), high: exact.format(data.high[place]) });
    const label = (place) => {
      const score = data.scores[place];
      const lines = [periods[place]];
      if (score) {
        lines.push(`NPS ${exact.format(score.value)} (${between(place)})`);
        const count = data.answers[place].toLocaleString(window.crmLocale);
        lines.push(data.small[place] ? inWords("answers: %(count)s, few", { count }) : inWords("answers: %(count)s", { count }));
      } else lines.push(inWords("no answers"));
      if (data.retention[place] !== null) lines.push(inWords("Retention %(share)s", { share: `${exact.format(data.retention[place])} %` }));
      return lines.join("\n");
    };
    const hidden = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, stackStrategy: "all" };
    const hasRetention = data.retention.some((share) => share !== null);
    const axis = { type: "value", splitNumber: 4, axisLabel: { color: tone.ink3 } };
    return {
      legend: { top: 0, left: 0, itemWidth: 16, itemHeight: 10, textStyle: { color: tone.ink2 }, data: ["NPS", ...(hasRetention ? [inWords("Retention")] : [])] },
      grid: { left: 48, right: hasRetention ? 52 : 14, top: 36, bottom: 28 },
      tooltip: { trigger: "axis", formatter: (found) => label(found[0].dataIndex) },
      xAxis: {
        type: "category", data: periods, boundaryGap: data.periods.length < 2,
        axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, hideOverlap: true },
      },
      yAxis: [
        { ...axis, scale: true, min: (range) => Math.max(-100, Math.floor(range.min / 10) * 10), max: (range) => Math.min(100, Math.ceil(range.max / 10) * 10), splitLine: { lineStyle: { color: tone.line } } },
        { ...axis, show: hasRetention, min: 0, max: 100, splitLine: { show: false }, axisLabel: { color: tone.ink3, formatter: "{value} %" } },
      ],
      series: [
        { ...hidden, name: "low", data: data.low },
        { ...hidden, name: "high", data: data.high.map((high, place) => (high === null ? null : high - data.low[place])), areaStyle: { color: tone.series[0], opacity: 0.14 } },
        {
          type: "line", name: "NPS", cursor: "pointer", lineStyle: { color: tone.series[0], width: 2 }, itemStyle: { color: tone.series[0] },
          data: data.scores.map((score, place) => (score && (data.small[place] || data.partial[place]) ? { ...score, symbol: "emptyCircle", symbolSize: 6, itemStyle: { color: tone.ink3 } } : score)),
          symbol: "circle", symbolSize: 7, connectNulls: false,
        },
        ...(hasRetention ? [{ type: "line", name: inWords("Retention"), yAxisIndex: 1, data: data.retention, symbolSize: 5, connectNulls: false, lineStyle: { color: tone.series[1], type: "dashed", width: 2 }, itemStyle: { color: tone.series[1] } }] : []),
      ],
    };
  }

  window.crmCharts.define("nps", nps);
})();
