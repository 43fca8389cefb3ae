// The curve of Qini: what writing to the people in the model's order would have brought, its interval, and the line by lot.
(() => {
  const percent = (value) => `${Math.round(100 * value)} %`;
  const points = (value) => `${(100 * value).toFixed(1).replace("-", "−")}`;

  function curve({ curve: rows, did }, tone) {
    const end = rows[rows.length - 1][1];
    return {
      grid: { left: 56, right: 16, top: 16, bottom: 46 },
      xAxis: {
        type: "value", min: 0, max: 1, interval: 0.2, name: inWords("people, moved most first"), nameLocation: "middle", nameGap: 28,
        nameTextStyle: { color: tone.ink3 }, splitLine: { lineStyle: { color: tone.line } },
        axisLabel: { color: tone.ink3, formatter: percent },
      },
      yAxis: {
        type: "value", min: Math.min(0, Math.floor(100 * Math.min(...rows.map((row) => row[2]))) / 100),
        max: Math.ceil(100 * Math.max(...rows.map((row) => row[3]))) / 100, name: inWords("points of “%(did)s” brought", { did }), nameLocation: "middle", nameGap: 36, nameTextStyle: { color: tone.ink3 },
        splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, formatter: points },
      },
      tooltip: { trigger: "item", formatter: ({ data }) => data.text || "" },
      series: [
        {
          type: "custom", silent: true, data: [0],
          renderItem: (params, api) => ({
            type: "polygon",
            shape: { points: [...rows.map((row) => api.coord([row[0], row[3]])), ...[...rows].reverse().map((row) => api.coord([row[0], row[2]]))] },
            style: { fill: tone.series[0], opacity: 0.14 },
          }),
        },
        {
          type: "line", symbol: "none", silent: true, lineStyle: { color: tone.ink3, type: "dashed", width: 1 },
          data: [[0, 0], [1, end]],
        },
        {
          type: "line", symbolSize: 7, lineStyle: { color: tone.series[0], width: 2 }, itemStyle: { color: tone.series[0] },
          data: rows.map(([share, brought, low, high]) => ({
            value: [share, brought],
            text: inWords("the first %(share)s: %(brought)s points (%(low)s to %(high)s); by lot %(lot)s", {
              share: percent(share), brought: points(brought), low: points(low), high: points(high), lot: points(share * end),
            }),
          })),
        },
      ],
    };
  }

  window.crmCharts.define("uplift", curve);
  window.crmCharts.start();
})();
