// Customers as points on the two directions in which they differ most, a colour for each cluster.
(() => {
  function clusters({ axes, series }, tone) {
    const axis = (name) => ({
      type: "value", scale: true, name, nameLocation: "middle", nameGap: 24, nameTextStyle: { color: tone.ink3 },
      splitLine: { lineStyle: { color: tone.line } }, axisLabel: { show: false }, axisTick: { show: false },
      axisLine: { show: false },
    });
    return {
      color: tone.many,
      legend: { type: "scroll", top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: tone.ink2 } },
      grid: { left: 34, right: 12, top: 36, bottom: 40 },
      xAxis: axis(axes[0]),
      yAxis: { ...axis(axes[1]), nameGap: 12 },
      tooltip: { trigger: "item", formatter: ({ seriesName }) => seriesName },
      series: series.map((one) => ({
        type: "scatter", name: one.name, data: one.points, symbolSize: 6, itemStyle: { opacity: 0.75 },
      })),
    };
  }

  window.crmCharts.define("clusters", clusters);
  window.crmCharts.start();
})();
