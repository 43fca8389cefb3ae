// The charts of recency, frequency and monetary value.
(() => {
  const NARROW = 560;
  const whole = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 0 });
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });

  function bars(title, key, data, tone, place, textOf) {
    const values = data.segments.map((row) => ({ value: row[key], url: row.url, text: textOf(row) }));
    return {
      title: { text: title, textStyle: { fontSize: 12, fontWeight: 500, color: tone.ink3 }, left: place.left, top: place.top - 26 },
      grid: { ...place, containLabel: false },
      yAxis: {
        type: "category", inverse: true, data: data.segments.map((row) => row.name), axisTick: { show: false },
        axisLine: { show: false }, axisLabel: { color: tone.ink2, show: place.labels, width: 100, overflow: "truncate" },
      },
      xAxis: {
        type: "value", splitNumber: 3, splitLine: { lineStyle: { color: tone.line } },
        axisLabel: { color: tone.ink3, formatter: (value) => short.format(value) },
      },
      series: {
        type: "bar", name: title, data: values, barMaxWidth: 13, itemStyle: { borderRadius: 3 }, cursor: "pointer",
        label: { show: true, position: "right", color: tone.ink2, formatter: ({ data: bar }) => bar.text },
      },
    };
  }

  // Customers and net revenue by segment: side by side, on a narrow screen one under the other.
  function segments(data, tone, width) {
    const isNarrow = width < NARROW;
    const left = { left: 112, top: 34, labels: true, ...(isNarrow ? { right: 46, bottom: "54%" } : { right: "52%", bottom: 26 }) };
    const right = isNarrow
      ? { left: 112, top: 310, right: 62, bottom: 26, labels: true }
      : { left: "53%", top: 34, right: 70, bottom: 26, labels: false };
    const parts = [
      bars(inWords("Customers"), "customers", data, tone, left, (row) => whole.format(row.customers)),
      bars(inWords("Net revenue"), "revenue", data, tone, right, (row) => row.revenueText),
    ];
    return {
      title: parts.map((part) => part.title),
      grid: parts.map((part) => part.grid),
      xAxis: parts.map((part, index) => ({ ...part.xAxis, gridIndex: index })),
      yAxis: parts.map((part, index) => ({ ...part.yAxis, gridIndex: index })),
      series: parts.map((part, index) => ({
        ...part.series, xAxisIndex: index, yAxisIndex: index, itemStyle: { ...part.series.itemStyle, color: tone.series[0] },
      })),
    };
  }

  // Customers by score 1 to 5, a bar for each of the three dimensions.
  function scores(data, tone) {
    return {
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: tone.ink2 } },
      grid: { left: 44, right: 8, top: 32, bottom: 24 },
      xAxis: {
        type: "category", data: [1, 2, 3, 4, 5], axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } },
        axisLabel: { color: tone.ink2 },
      },
      yAxis: {
        type: "value", splitNumber: 3, splitLine: { lineStyle: { color: tone.line } },
        axisLabel: { color: tone.ink3, formatter: (value) => short.format(value) },
      },
      series: data.scores.map((dimension) => ({
        type: "bar", name: dimension.name, barMaxWidth: 18, barGap: "12%", cursor: "pointer", itemStyle: { borderRadius: [3, 3, 0, 0] },
        data: dimension.counts.map((value, index) => ({ value, url: dimension.urls[index] })),
      })),
    };
  }

  // The map, for its picture: on the page it is a table of links.
  function map(data, tone) {
    const most = Math.max(1, ...data.cells.map((cell) => cell[2]));
    return {
      title: { text: inWords("Recency × frequency: %(measure)s", { measure: data.measure }), left: 16, top: 14, textStyle: { fontSize: 15, color: tone.ink } },
      grid: { left: 60, right: 24, top: 56, bottom: 56 },
      xAxis: { type: "category", data: [1, 2, 3, 4, 5], name: inWords("Frequency"), nameLocation: "middle", nameGap: 30, axisTick: { show: false }, axisLine: { show: false } },
      yAxis: { type: "category", data: [1, 2, 3, 4, 5], name: inWords("Recency"), nameLocation: "middle", nameGap: 34, axisTick: { show: false }, axisLine: { show: false } },
      visualMap: { show: false, min: 0, max: Math.sqrt(most), dimension: 2, inRange: { color: tone.heat } },
      series: {
        type: "heatmap", itemStyle: { borderColor: tone.panel, borderWidth: 3, borderRadius: 6 },
        data: data.cells.map(([f, r, value, text]) => ({
          value: [f, r, Math.sqrt(Math.max(0, value))], text, label: { color: value > 0.7 * most ? tone.onAccent : tone.ink },
        })),
        label: { show: true, formatter: ({ data: cell }) => cell.text },
      },
    };
  }

  // Who moved between the segments from one month end to the next.
  function moves(data, tone) {
    const names = new Map(data.nodes.map((node) => [node.id, node.name]));
    return {
      series: {
        type: "sankey", left: 8, right: 130, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 9, layoutIterations: 0, draggable: false,
        data: data.nodes.map((node) => ({ name: node.id, depth: node.depth, itemStyle: { color: tone.series[0] } })),
        links: data.links, cursor: "pointer",
        label: { color: tone.ink2, fontSize: 12, formatter: ({ name }) => names.get(name) },
        lineStyle: { color: tone.series[0], opacity: 0.22, curveness: 0.5 },
        emphasis: { focus: "adjacency", lineStyle: { opacity: 0.5 } },
        tooltip: {
          formatter: ({ dataType, data: one, value, name }) =>
            dataType === "edge" ? `${names.get(one.source)} → ${names.get(one.target)}: ${whole.format(value)}` : `${names.get(name)}: ${whole.format(value)}`,
        },
      },
    };
  }

  window.crmCharts.define("rfm-moves", moves);
  window.crmCharts.define("rfm-segments", segments);
  window.crmCharts.define("rfm-scores", scores);
  window.crmCharts.define("rfm-map", map);
  window.crmCharts.start();
})();
