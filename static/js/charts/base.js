// Draws the charts of a page. A panel says what it is: data-chart (the drawing), data-chart-source (the id of its data),
// data-chart-file (the name of its picture); inside it a [data-chart-canvas] and, if wanted, buttons for table and picture.
(() => {
  const drawings = {};
  const charts = [];
  const PICTURE = { width: 900, height: 560 };

  // The colours of the page's theme, read when a chart is drawn.
  function colours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      ink: read("--ink"), ink2: read("--ink-2"), ink3: read("--ink-3"), line: read("--line"), panel: read("--panel"),
      accent: read("--accent"), onAccent: read("--on-accent"), bad: read("--bad"),
      series: [read("--series-1"), read("--series-2"), read("--series-3")],
      many: [1, 2, 3, 4, 5, 6, 7, 8].map((place) => read(`--series-${place}`)),
      heat: [0, 1, 2, 3, 4, 5, 6].map((level) => read(`--heat-${level}`)),
    };
  }
  const isCalm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // What all charts share: no border, a light grid, the page's own letters, tooltips as drawn text (the policy allows no style).
  function shared(tone) {
    return {
      animation: !isCalm(),
      animationDuration: 250,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: tone.ink2 },
      color: tone.series,
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: tone.panel, borderColor: tone.line,
        textStyle: { color: tone.ink, fontSize: 12 },
      },
    };
  }

  // Data that come with a part of a page stand in data-chart-values: htmx takes scripts out of what it brings.
  const read = (panel) => JSON.parse(panel.dataset.chartValues || document.getElementById(panel.dataset.chartSource).textContent);
  function option(panel, width) {
    const tone = colours();
    const common = shared(tone);
    const drawn = drawings[panel.dataset.chart](read(panel), tone, width);
    return { ...common, ...drawn, tooltip: { ...common.tooltip, ...drawn.tooltip } };
  }

  function show(panel) {
    const canvas = panel.querySelector("[data-chart-canvas]");
    if (!canvas) return;
    canvas.hidden = false;
    const chart = echarts.init(canvas, null, { renderer: "canvas" });
    chart.setOption(option(panel, canvas.clientWidth));
    chart.on("click", (event) => {
      const url = event.data?.url;
      if (url) window.location.assign(url);
    });
    charts.push({ chart, panel, canvas });
    new ResizeObserver(() => {
      if (!canvas.clientWidth) return;
      chart.resize();
      chart.setOption(option(panel, canvas.clientWidth), true);
    }).observe(canvas);
  }

  // The picture of a chart, drawn anew at a size of its own, so that it is the same on a phone.
  function picture(panel) {
    const canvas = document.createElement("div");
    const chart = echarts.init(canvas, null, { renderer: "canvas", ...PICTURE });
    chart.setOption({ ...option(panel, PICTURE.width), animation: false });
    const link = document.createElement("a");
    link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colours().panel });
    link.download = `${panel.dataset.chartFile}.png`;
    link.click();
    chart.dispose();
  }

  function toggle(button) {
    const panel = button.closest("[data-chart]");
    const isTableOnly = panel.classList.toggle("is-table-only");
    button.setAttribute("aria-pressed", String(isTableOnly));
  }

  document.addEventListener("click", (event) => {
    const save = event.target.closest("[data-chart-picture]");
    const table = event.target.closest("[data-chart-toggle]");
    if (save) picture(save.closest("[data-chart]"));
    if (table) toggle(table);
  });
  new MutationObserver(() => {
    for (const { chart, panel, canvas } of charts) chart.setOption(option(panel, canvas.clientWidth), true);
  }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

  document.addEventListener("htmx:afterSettle", () => window.crmCharts.start());

  window.crmCharts = {
    define(name, draw) {
      drawings[name] = draw;
    },
    // Draws what stands on the page and is not drawn yet: panels that come later are drawn when they have come.
    start() {
      for (const panel of document.querySelectorAll("[data-chart]:not([data-is-drawn])")) {
        if (!drawings[panel.dataset.chart]) continue;
        panel.dataset.isDrawn = "";
        panel.querySelectorAll("[data-chart-picture], [data-chart-toggle]").forEach((button) => {
          button.hidden = false;
        });
        show(panel);
      }
    },
  };
})();
