// Attributes by performance (across) and importance (up), in four fields that the means divide.
(() => {
  const answers = ({ n, small }) => {
    const count = n.toLocaleString(window.crmLocale);
    return small ? inWords("answers: %(count)s, few", { count }) : inWords("answers: %(count)s", { count });
  };

  function importance(data, tone) {
    const [across, up] = data.middle;
    const axis = (name) => ({
      type: "value", name, nameLocation: "middle", nameGap: 28, scale: true, splitLine: { show: false },
      min: (range) => Math.max(0, Math.floor((range.min - 4) / 5) * 5), max: (range) => Math.min(100, Math.ceil((range.max + 4) / 5) * 5),
      nameTextStyle: { color: tone.ink2 }, axisLabel: { color: tone.ink3 }, axisLine: { lineStyle: { color: tone.line } },
    });
    return {
      grid: { left: 52, right: 24, top: 16, bottom: 48 },
      tooltip: {
        trigger: "item",
        formatter: ({ data: point }) => [
          point.name,
          inWords("Performance %(performance)s, importance %(importance)s", { performance: point.value[0], importance: point.value[1] }),
          `${point.quadrant}; ${answers(point)}`,
        ].join("\n"),
      },
      xAxis: axis(inWords("Performance")),
      yAxis: { ...axis(inWords("Importance")), nameGap: 34 },
      series: [{
        type: "scatter", symbolSize: 13,
        data: data.points.map((point) => ({ ...point, itemStyle: { color: point.small ? tone.ink3 : point.quadrant === "Improve first" ? tone.bad : tone.series[0] } })),
        label: { show: true, formatter: ({ data: point }) => point.name, position: "top", color: tone.ink2, fontSize: 11 },
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY" },
        markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: tone.ink3, type: "dashed" }, data: [{ xAxis: across }, { yAxis: up }] },
      }],
    };
  }

  window.crmCharts.define("importance", importance);
  window.crmCharts.start();
})();
