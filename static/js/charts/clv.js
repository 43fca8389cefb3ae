// The charts of customer lifetime value.
(() => {
  const whole = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 0 });
  const fine = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });
  const legend = (tone) => ({ top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: tone.ink2 } });
  const valueAxis = (tone) => ({
    type: "value", splitNumber: 3, splitLine: { lineStyle: { color: tone.line } },
    axisLabel: { color: tone.ink3, formatter: (value) => short.format(value) },
  });
  const categoryAxis = (tone, data) => ({
    type: "category", data, axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink2 },
  });

  // Customers by worth, and what they come to.
  function worth(data, tone) {
    const rows = data.bars;
    return {
      legend: legend(tone),
      grid: { left: 52, right: 52, top: 32, bottom: 44 },
      tooltip: { trigger: "axis" },
      xAxis: { ...categoryAxis(tone, rows.map((row) => row.label)), axisLabel: { color: tone.ink2, rotate: 20, fontSize: 10, hideOverlap: true } },
      yAxis: [valueAxis(tone), { ...valueAxis(tone), splitLine: { show: false } }],
      series: [
        {
          type: "bar", name: inWords("Customers"), barMaxWidth: 18, cursor: "pointer", itemStyle: { borderRadius: [3, 3, 0, 0] },
          data: rows.map((row) => ({ value: row.customers, url: row.url })),
          tooltip: { valueFormatter: (value) => whole.format(value) },
        },
        {
          type: "bar", name: inWords("Worth together"), barMaxWidth: 18, yAxisIndex: 1, cursor: "pointer", itemStyle: { borderRadius: [3, 3, 0, 0] },
          data: rows.map((row) => ({ value: row.clv, url: row.url })),
          tooltip: { valueFormatter: (value) => whole.format(value) },
        },
      ],
    };
  }

  // Repeat purchases made and expected; the held-out weeks are behind the line.
  function weeks(data, tone) {
    const { days, actual, expected, held_from: held, main } = data.weekly;
    const others = Object.keys(expected).filter((name) => name !== main);
    const line = (name, values, more) => ({ type: "line", name, data: values, showSymbol: false, ...more });
    return {
      legend: legend(tone),
      grid: { left: 52, right: 12, top: 32, bottom: 40 },
      tooltip: { trigger: "axis", valueFormatter: (value) => whole.format(value) },
      xAxis: { ...categoryAxis(tone, days.map((day) => Math.ceil(day / 7))), name: inWords("Week"), nameLocation: "middle", nameGap: 24, boundaryGap: false },
      yAxis: valueAxis(tone),
      series: [
        line(inWords("Made"), actual, {
          lineStyle: { width: 3 },
          markLine: {
            silent: true, symbol: "none", data: [{ xAxis: Math.max(held - 1, 0) }],
            lineStyle: { color: tone.ink3, type: "dashed" }, label: { formatter: inWords("held out →"), color: tone.ink3, position: "insideEndTop" },
          },
        }),
        line(main, expected[main], { lineStyle: { width: 2 } }),
        ...others.map((name) => line(name, expected[name], { lineStyle: { width: 1, type: "dashed" } })),
      ],
    };
  }

  // Purchases of the held-out weeks a customer, by repeat days before.
  function classes(data, tone) {
    const bars = (name, key) => ({
      type: "bar", name, barMaxWidth: 16, cursor: "pointer", itemStyle: { borderRadius: [3, 3, 0, 0] },
      data: data.classes.map((row) => ({ value: row[key], url: row.url })),
    });
    return {
      legend: legend(tone),
      grid: { left: 40, right: 8, top: 32, bottom: 40 },
      tooltip: { trigger: "axis", valueFormatter: (value) => fine.format(value) },
      xAxis: { ...categoryAxis(tone, data.classes.map((row) => row.label)), name: inWords("Repeat days before"), nameLocation: "middle", nameGap: 24 },
      yAxis: valueAxis(tone),
      series: [bars(inWords("Made"), "actual"), bars(inWords("Expected"), "expected")],
    };
  }

  // The map, for its picture: on the page it is a table of links.
  function map(data, tone) {
    const axis = (labels, name, gap) => ({ type: "category", data: labels, name, nameLocation: "middle", nameGap: gap, axisTick: { show: false }, axisLine: { show: false } });
    return {
      title: { text: inWords("Still there, by days quiet and repeat days"), left: 16, top: 14, textStyle: { fontSize: 15, color: tone.ink } },
      grid: { left: 130, right: 24, top: 56, bottom: 56 },
      xAxis: axis(data.x, inWords("Repeat days"), 30),
      yAxis: axis(data.y, "", 0),
      visualMap: { show: false, min: 0, max: 6, dimension: 2, inRange: { color: tone.heat } },
      series: {
        type: "heatmap", itemStyle: { borderColor: tone.panel, borderWidth: 3, borderRadius: 6 },
        data: data.cells.map(([x, quiet, level, text]) => ({ value: [x, quiet, level], text, label: { color: level > 5 ? tone.onAccent : tone.ink } })),
        label: { show: true, formatter: ({ data: cell }) => cell.text },
      },
    };
  }

  window.crmCharts.define("clv-worth", worth);
  window.crmCharts.define("clv-weeks", weeks);
  window.crmCharts.define("clv-classes", classes);
  window.crmCharts.define("clv-map", map);
  window.crmCharts.start();
})();
