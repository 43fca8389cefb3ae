// The charts of churn: whether the probabilities come true, and how many leavers the riskiest tenths hold.
(() => {
  const percent = (value) => `${Math.round(100 * value)} %`;
  const axis = (tone, name) => ({
    type: "value", min: 0, max: 1, name, nameLocation: "middle", nameGap: 28, nameTextStyle: { color: tone.ink3 },
    interval: 0.2, splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, formatter: percent },
  });
  const even = (tone) => ({
    type: "line", data: [[0, 0], [1, 1]], symbol: "none", silent: true, lineStyle: { color: tone.ink3, type: "dashed", width: 1 },
  });

  // Each tenth of the customers: what was predicted, what happened, and its 95 % interval.
  function calibration({ calibration: rows, words }, tone) {
    return {
      grid: { left: 56, right: 16, top: 16, bottom: 46 },
      xAxis: axis(tone, inWords("predicted")),
      yAxis: { ...axis(tone, words.happened), nameGap: 40 },
      tooltip: { trigger: "item", formatter: ({ data }) => (data.text ? data.text : "") },
      series: [
        even(tone),
        ...rows.map((row) => ({
          type: "line", silent: true, symbol: "none", lineStyle: { color: tone.series[0], width: 1.5, opacity: 0.45 },
          data: [[row.predicted, row.low], [row.predicted, row.high]],
        })),
        {
          type: "scatter", symbolSize: 9, itemStyle: { color: tone.series[0] },
          data: rows.map((row) => ({
            value: [row.predicted, row.actual],
            text: inWords("%(predicted)s predicted, %(actual)s %(happened)s (%(people)s: %(count)s)", {
              predicted: percent(row.predicted), actual: percent(row.actual), happened: words.happened, people: words.people, count: row.n,
            }),
          })),
        },
      ],
    };
  }

  function lift({ lift: rows, words }, tone) {
    return {
      grid: { left: 56, right: 16, top: 16, bottom: 46 },
      xAxis: axis(tone, inWords("%(people)s, %(first)s first", { people: words.people, first: words.first })),
      yAxis: { ...axis(tone, words.found), nameGap: 40 },
      tooltip: { trigger: "item", formatter: ({ data }) => data.text || "" },
      series: [
        even(tone),
        {
          type: "line", symbolSize: 8, lineStyle: { color: tone.series[0], width: 2 }, itemStyle: { color: tone.series[0] },
          data: [
            { value: [0, 0] },
            ...rows.map((row) => ({
              value: [row.reached, row.found],
              text: inWords("%(people)s: %(reached)s hold %(share)s %(found)s", {
                people: words.people, reached: percent(row.reached), share: percent(row.found), found: words.found,
              }),
            })),
          ],
        },
      ],
    };
  }

  window.crmCharts.define("churn-calibration", calibration);
  window.crmCharts.define("churn-lift", lift);
  window.crmCharts.start();
})();
