// Charts of reports: drawn by Chart.js, which unfold brings, from the JSON that stands beside each canvas.
(() => {
  const COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"];
  const NARROW = 520;
  const font = { family: "Inter, system-ui, sans-serif", size: 12 };
  const charts = [];

  const tone = (name) => getComputedStyle(document.querySelector(".report")).getPropertyValue(name).trim();
  const paper = () => getComputedStyle(document.getElementById("main") || document.body).backgroundColor;
  const locale = document.documentElement.lang || undefined;
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });

  function hatched(colour) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.globalAlpha = 0.25;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 0.7;
    pen.strokeStyle = colour;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
      pen.stroke();
    }
    return pen.createPattern(tile, "repeat");
  }

  function dataset(data, series, n) {
    const colour = COLOURS[n % COLOURS.length];
    const open = (at) => series.from !== null && at >= series.from;
    const shared = { label: series.name, data: series.values };
    if (data.shape !== "line") {
      const pattern = hatched(colour);
      return { ...shared, backgroundColor: series.values.map((_value, at) => (open(at) ? pattern : colour)), maxBarThickness: 36 };
    }
    return {
      ...shared, borderColor: colour, backgroundColor: colour, borderWidth: 2, tension: 0, spanGaps: false,
      pointRadius: series.values.length > 40 ? 0 : 2, pointHoverRadius: 4,
      segment: { borderDash: (at) => (open(at.p1DataIndex) ? [5, 4] : undefined) },
    };
  }

  function options(data, format, narrow) {
    const stacked = data.shape === "stacked";
    return {
      animation: false, responsive: true, maintainAspectRatio: false, locale, font,
      interaction: { mode: "index", intersect: false },
      layout: { padding: { top: data.marks.length ? 22 : 6, right: 8 } },
      plugins: {
        legend: { display: data.series.length > 1 && (narrow || data.shape !== "line"), align: "start", position: "bottom", labels: { boxWidth: 10, boxHeight: 10 } },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.raw === null ? "–" : format(item.raw)}` } },
      },
      scales: {
        x: { stacked, grid: { display: false }, ticks: { maxTicksLimit: narrow ? 4 : 8, maxRotation: 0 } },
        y: { stacked, beginAtZero: true, border: { display: false }, ticks: { maxTicksLimit: 6, callback: (value) => format(value) } },
      },
    };
  }

  // Names at the lines' ends in place of a legend, a line's height apart at least: in ink, for a line's colour may be
  // too faint for words, beside a mark of the colour.
  const names = {
    id: "names",
    beforeLayout(chart) {
      if (!chart.named) return;
      chart.ctx.font = `${font.size}px ${font.family}`;
      const widths = chart.data.datasets.map((line) => chart.ctx.measureText(line.label).width);
      chart.options.layout.padding.right = Math.min(Math.max(...widths) + 27, chart.width / 3);
    },
    afterDatasetsDraw(chart) {
      if (!chart.named) return;
      const ends = chart.data.datasets.map((line, n) => {
        const points = chart.getDatasetMeta(n).data;
        const last = line.data.findLastIndex((value) => value !== null);
        return last < 0 ? null : { name: line.label, colour: line.borderColor, y: points[last].y };
      }).filter(Boolean).sort((a, b) => a.y - b.y);
      for (let n = 1; n < ends.length; n++) ends[n].y = Math.max(ends[n].y, ends[n - 1].y + 14);
      const over = ends.length ? Math.max(0, ends.at(-1).y - chart.chartArea.bottom) : 0;
      const pen = chart.ctx;
      pen.save();
      pen.font = `${font.size}px ${font.family}`;
      pen.textBaseline = "middle";
      const left = chart.chartArea.right + 8, ink = tone("--ink");
      for (const end of ends) {
        pen.fillStyle = end.colour;
        pen.fillRect(left, end.y - over - 4, 8, 8);
        pen.fillStyle = ink;
        pen.fillText(end.name, left + 13, end.y - over, chart.width - left - 15);
      }
      pen.restore();
    },
  };

  // What was noted of days: a line at its day, numbered as in the list below the chart; in words where there is room.
  const marks = {
    id: "marks",
    afterDatasetsDraw(chart) {
      const pen = chart.ctx, { top, bottom, right } = chart.chartArea;
      pen.save();
      pen.strokeStyle = pen.fillStyle = tone("--muted");
      pen.font = `11px ${font.family}`;
      pen.textBaseline = "bottom";
      let free = 0;
      (chart.marks ?? []).forEach((mark, n) => {
        const x = chart.scales.x.getPixelForValue(mark.at);
        pen.setLineDash([2, 3]);
        pen.beginPath();
        pen.moveTo(x, top - 6);
        pen.lineTo(x, bottom);
        pen.stroke();
        const words = mark.notes.map(([_day, text]) => text).join("; "), width = pen.measureText(words).width;
        const next = chart.marks[n + 1] ? chart.scales.x.getPixelForValue(chart.marks[n + 1].at) : chart.width;
        const fits = x >= free && x - 4 + width < Math.max(right, chart.width - 4) && x + width + 8 < next;
        const shown = fits ? words : String(n + 1);
        pen.fillText(shown, x - 4, top - 7);
        free = x + pen.measureText(shown).width + 8;
      });
      pen.restore();
    },
  };

  function draw(figure) {
    const data = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const canvas = figure.querySelector("canvas");
    const format = (value) => (data.percent ? shares : numbers).format(value);
    const narrow = canvas.parentElement.clientWidth < NARROW;
    const chart = new Chart(canvas, {
      type: data.shape === "line" ? "line" : "bar",
      data: { labels: data.labels, datasets: data.series.map((series, n) => dataset(data, series, n)) },
      options: options(data, format, narrow),
      plugins: [names, marks],
    });
    chart.marks = data.marks;
    chart.named = data.shape === "line" && data.series.length > 1 && !narrow;
    chart.update();
    charts.push(chart);
    const button = figure.querySelector("[data-picture]");
    button.hidden = false;
    button.addEventListener("click", () => picture(chart, data.title));
  }

  function picture(chart, title) {
    const scale = chart.currentDevicePixelRatio, head = 44 * scale;
    const sheet = document.createElement("canvas");
    sheet.width = chart.canvas.width + 32 * scale;
    sheet.height = chart.canvas.height + head + 16 * scale;
    const pen = sheet.getContext("2d");
    pen.fillStyle = paper();
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.fillStyle = tone("--ink");
    pen.font = `600 ${15 * scale}px ${font.family}`;
    pen.fillText(title, 16 * scale, 28 * scale);
    pen.drawImage(chart.canvas, 16 * scale, head);
    sheet.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${title.replaceAll(/[^\p{L}\p{N}]+/gu, "-").toLowerCase()}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  }

  function tint() {
    const ink = tone("--muted"), line = tone("--line");
    for (const chart of charts) {
      chart.options.plugins.legend.labels.color = ink;
      for (const axis of Object.values(chart.options.scales)) axis.ticks.color = ink;
      chart.options.scales.y.grid = { color: line };
      chart.options.scales.x.border = { color: line };
      chart.update();
    }
  }

  addEventListener("load", () => {
    if (typeof Chart === "undefined") return;
    document.querySelectorAll("[data-chart]").forEach(draw);
    tint();
    new MutationObserver(tint).observe(document.documentElement, { attributeFilter: ["class"] });
  });
})();
