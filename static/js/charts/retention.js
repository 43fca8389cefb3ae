// Lines over periods (retention, cohorts, worth) and the steps of survival curves.
(() => {
  const short = new Intl.NumberFormat(window.crmLocale, { notation: "compact", maximumSignificantDigits: 3 });
  const exact = new Intl.NumberFormat(window.crmLocale, { maximumFractionDigits: 1 });
  const DASHES = ["solid", "solid", "solid", "dashed", "dashed", "dashed", "dotted"];

  // The colours of the page, then the same again with dashes.
  const pen = (tone, index) => ({ color: [...tone.series, tone.ink3][index % 4], type: DASHES[index % DASHES.length], width: 2 });

  function frame(tone, isPlain, legend) {
    const unit = (value) => (isPlain ? short.format(value) : `${exact.format(value)} %`);
    return {
      legend: { top: 0, left: 0, type: "scroll", itemWidth: 16, itemHeight: 10, textStyle: { color: tone.ink2 }, data: legend },
      grid: { left: isPlain ? 56 : 48, right: 14, top: 36, bottom: 28 },
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: tone.panel, borderColor: tone.line, trigger: "axis",
        textStyle: { color: tone.ink, fontSize: 12 }, valueFormatter: (value) => (value === undefined || value === null ? "–" : unit(value)),
      },
      yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, formatter: unit } },
    };
  }

  function lines(data, tone) {
    const partial = data.partial || [];
    return {
      ...frame(tone, data.unit !== undefined, data.series.map((one) => one.name)),
      xAxis: {
        type: "category", data: data.periods.map((period, index) => (partial[index] ? inWords("%(period)s so far", { period }) : period)), boundaryGap: false,
        axisTick: { show: false }, axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3, hideOverlap: true },
      },
      series: data.series.map((one, index) => ({
        type: "line", name: one.name, cursor: "pointer", symbolSize: 7, connectNulls: false,
        lineStyle: pen(tone, index), itemStyle: { color: pen(tone, index).color },
        // what is not over yet is an empty ring, what rests on few a small one
        data: one.points.map((point, place) => (point && (partial[place] || point.small) ? { ...point, symbol: "emptyCircle", symbolSize: point.small ? 5 : 10 } : point)),
        symbol: data.periods.length > 40 ? "none" : "circle",
      })),
    };
  }

  function survival(data, tone) {
    const low = data.band.map(([month, from]) => [month, from]);
    const width = data.band.map(([month, from, to]) => [month, to - from]);
    const hidden = { type: "line", step: "end", stack: "band", symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { opacity: 0 } };
    return {
      ...frame(tone, false, data.curves.map((one) => one.name)),
      xAxis: {
        type: "value", name: inWords("months"), nameLocation: "end", nameGap: 4, min: 0, splitLine: { show: false },
        axisLine: { lineStyle: { color: tone.line } }, axisLabel: { color: tone.ink3 }, nameTextStyle: { color: tone.ink3 },
      },
      series: [
        { ...hidden, name: "low", data: low },
        { ...hidden, name: "high", data: width, areaStyle: { color: tone.series[0], opacity: 0.15 } },
        ...data.curves.map((one, index) => ({
          type: "line", step: "end", name: one.name, symbol: "none", data: one.points,
          lineStyle: pen(tone, index), itemStyle: { color: pen(tone, index).color },
        })),
      ],
    };
  }

  // The triangle of cohorts as a picture; the page shows it as a table.
  function triangle(data, tone) {
    return {
      grid: { left: 120, right: 14, top: 30, bottom: 14 },
      xAxis: { type: "category", position: "top", data: data.ages, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: tone.ink3 } },
      yAxis: { type: "category", inverse: true, data: data.cohorts, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: tone.ink2 } },
      series: [{
        type: "heatmap",
        data: data.cells.map(([age, place, share, level]) => ({
          value: [age, place, level], itemStyle: { borderColor: tone.panel, borderWidth: 1 },
          label: { show: true, formatter: `${share} %`, fontSize: 10, color: level > 4 ? tone.onAccent : tone.ink },
        })),
      }],
      visualMap: { show: false, min: 0, max: 6, dimension: 2, inRange: { color: tone.heat } },
    };
  }

  window.crmCharts.define("triangle", triangle);
  window.crmCharts.define("lines", lines);
  window.crmCharts.define("survival", survival);
  window.crmCharts.start();
})();
