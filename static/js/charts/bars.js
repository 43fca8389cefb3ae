// Lying bars: one for each name, the largest on top, each leading to its rows; `low` and `high` draw its interval.
(() => {
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });

  function bars(data, tone, width) {
    const plain = (value) => `${short.format(value)}${data.unit === " %" ? " %" : ""}`;
    const said = (value) => (value === null || value === undefined ? "–" : `${short.format(value)}${data.unit || ""}`);
    const between = (place) => inWords("%(low)s to %(high)s", { low: said(data.low[place]), high: said(data.high[place]) });
    const span = (place) => (data.low && data.low[place] !== null ? ` (${between(place)})` : "");
    const whisker = (params, api) => {
      const [at, low, high] = [api.value(0), api.value(1), api.value(2)];
      const [from, to] = [api.coord([low, at]), api.coord([high, at])];
      const stroke = { stroke: tone.ink2, lineWidth: 1.5, fill: null };
      const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: stroke });
      return { type: "group", children: [line(from[0], from[1], to[0], to[1]), line(from[0], from[1] - 4, from[0], from[1] + 4), line(to[0], to[1] - 4, to[0], to[1] + 4)] };
    };
    const intervals = (data.low || []).map((low, place) => [place, low, data.high[place]]).filter(([, low]) => low !== null);
    return {
      grid: { left: 8, right: 56, top: 8, bottom: 8, containLabel: true },
      tooltip: { trigger: "item", formatter: (found) => `${data.names[found.dataIndex]}: ${said(data.values[found.dataIndex])}${span(found.dataIndex)}` },
      xAxis: { type: "value", splitNumber: width < 420 ? 2 : 4, splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, hideOverlap: true, formatter: plain } },
      yAxis: {
        type: "category", inverse: true, data: data.names, axisTick: { show: false }, axisLine: { show: false },
        axisLabel: { color: tone.ink2, width: 150, overflow: "truncate" },
      },
      series: [
        {
          type: "bar", barMaxWidth: 16, cursor: "pointer", itemStyle: { color: tone.series[0], borderRadius: 3 },
          label: { show: !intervals.length, position: "right", color: tone.ink2, formatter: (found) => said(found.value) },
          data: data.values.map((value, place) => ({ value, url: data.urls[place] })),
        },
        ...(intervals.length ? [{ type: "custom", silent: true, data: intervals, renderItem: whisker, encode: { x: [1, 2], y: 0 }, z: 3 }] : []),
      ],
    };
  }

  window.crmCharts.define("bars", bars);
})();
