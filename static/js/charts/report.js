// The chart of a report: bars (lying where they are of one series), stacked bars, or lines; each mark leads to its rows.
(() => {
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 2 });

  function report(data, tone, width) {
    const isPercent = data.unit === "percent";
    const said = (value, format) => (value === null || value === undefined ? "–" : isPercent ? `${format.format(100 * value)} %` : format.format(value));
    const isOne = data.series.length === 1;
    const isLying = data.kind === "bar" && isOne;
    const names = {
      type: "category", data: data.names, axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } },
      axisLabel: isLying ? { color: tone.ink2, width: width < 480 ? 110 : 190, overflow: "truncate" } : { color: tone.ink2, hideOverlap: true, rotate: width >= 480 && data.names.length > 6 && data.kind !== "line" ? 25 : 0, width: 120, overflow: data.names.length > 6 ? "truncate" : "break" },
      inverse: isLying,
    };
    const values = {
      type: "value", splitNumber: width < 480 ? 2 : 4, splitLine: { lineStyle: { color: tone.line } },
      axisLabel: { color: tone.ink3, hideOverlap: true, formatter: (value) => said(value, short) },
    };
    const mark = data.kind === "line"
      ? { type: "line", symbolSize: 7, showSymbol: data.names.length < 40, lineStyle: { width: 2 }, connectNulls: false }
      : { type: "bar", barMaxWidth: isLying ? 18 : 34, stack: data.kind === "stacked" ? "all" : undefined, itemStyle: { borderRadius: data.kind === "stacked" ? 0 : 3 } };
    return {
      color: tone.many,
      legend: isOne ? undefined : { type: "scroll", top: 0, left: 0, itemWidth: 14, itemHeight: 10, textStyle: { color: tone.ink2 } },
      grid: { left: 8, right: isLying ? 56 : 16, top: isOne ? 12 : 38, bottom: 8, containLabel: true },
      tooltip: { trigger: isOne ? "item" : "axis", axisPointer: { type: data.kind === "line" ? "line" : "shadow" }, valueFormatter: (value) => said(value, whole) },
      xAxis: isLying ? values : names,
      yAxis: isLying ? names : values,
      series: data.series.map((one) => ({
        ...mark,
        name: one.name,
        cursor: "pointer",
        triggerLineEvent: false,
        label: isLying ? { show: true, position: "right", color: tone.ink2, formatter: (found) => said(found.value, short) } : undefined,
        data: one.values.map((value, place) => ({ value, url: one.urls[place] })),
      })),
    };
  }

  window.crmCharts.define("report", report);
  window.crmCharts.start();
})();
