// The `data_visualization` block: bars (also for pies) and lines in SVG, with the same facts as a table for screen readers.
import { h, svg } from "./dom.js";

/** Every kind of chart as labels and named rows of values; null for a shape nobody here knows. */
function facts(chart) {
  if (chart?.segments)
    return {
      labels: chart.segments.map((s) => s.label),
      series: [{ name: "", values: chart.segments.map((s) => s.value) }],
    };
  if (!Array.isArray(chart?.series) || !chart.series.length) return null;
  const labels = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  const series = chart.series.map(({ name, data }) => {
    const byLabel = new Map(data.map(({ label, value }) => [label, value]));
    return { name, values: labels.map((label) => byLabel.get(label) ?? 0) };
  });
  return { labels, series };
}

const number = (value) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(value);

const bar = (value, max, i) =>
  svg(
    "svg",
    { class: `bar tone-${i % 6}`, viewBox: "0 0 100 10", preserveAspectRatio: "none" },
    svg("rect", { class: "bar-track", width: 100, height: 10 }),
    svg("rect", { class: "bar-value", width: Math.max(0.5, (100 * value) / max), height: 10 }),
  );

function bars({ labels, series }) {
  const max = Math.max(1, ...series.flatMap((row) => row.values));
  return h(
    "div",
    { class: "bars" },
    labels.map((label, at) => [
      h("span", { class: "bars-label" }, label),
      h(
        "span",
        { class: "bars-rows" },
        series.map((row, i) =>
          h(
            "span",
            { class: "bars-row" },
            bar(row.values[at], max, i),
            h("span", { class: "bars-number" }, number(row.values[at])),
          ),
        ),
      ),
    ]),
  );
}

const WIDE = 300;
const HIGH = 110;

function lines({ labels, series }, filled) {
  const max = Math.max(1, ...series.flatMap((row) => row.values));
  const x = (at) => (labels.length > 1 ? (at * WIDE) / (labels.length - 1) : WIDE / 2);
  const y = (value) => HIGH - (value / max) * (HIGH - 8);
  const drawn = series.map((row, i) => {
    const points = row.values.map((value, at) => `${x(at)},${y(value)}`).join(" ");
    return svg(
      "g",
      { class: `tone-${i % 6}` },
      filled && svg("polygon", { class: "line-area", points: `0,${HIGH} ${points} ${WIDE},${HIGH}` }),
      svg("polyline", { class: "line", points }),
    );
  });
  const grid = [0.5, 1].map((part) =>
    svg("line", { class: "line-grid", x1: 0, x2: WIDE, y1: y(max * part), y2: y(max * part) }),
  );
  return h(
    "div",
    { class: "lines" },
    h(
      "div",
      { class: "lines-scale" },
      h("span", {}, number(max)),
      h("span", {}, number(max / 2)),
      h("span", {}, "0"),
    ),
    svg(
      "svg",
      { class: "lines-drawing", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" },
      grid,
      drawn,
      svg("line", { class: "line-axis", x1: 0, x2: WIDE, y1: HIGH, y2: HIGH }),
    ),
    h(
      "div",
      { class: "lines-labels" },
      labels.map((label) => h("span", {}, label)),
    ),
  );
}

const legend = (series) =>
  series.length > 1 &&
  h(
    "ul",
    { class: "legend" },
    series.map((row, i) => h("li", { class: `tone-${i % 6}` }, row.name)),
  );

const asTable = (title, { labels, series }) =>
  h(
    "table",
    { class: "unseen" },
    h("caption", {}, title),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("td"),
        series.map((row) => h("th", { scope: "col" }, row.name || title)),
      ),
    ),
    h(
      "tbody",
      {},
      labels.map((label, at) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, label),
          series.map((row) => h("td", {}, number(row.values[at]))),
        ),
      ),
    ),
  );

export function chart(block, fallback) {
  const data = facts(block.chart);
  if (!data) return h("p", { class: "muted" }, fallback || block.title || "A chart this page cannot draw.");
  const { type } = block.chart;
  const drawing = type === "line" || type === "area" ? lines(data, type === "area") : bars(data);
  const axes = [block.chart.axis_config?.x_label, block.chart.axis_config?.y_label]
    .filter(Boolean)
    .join(" · ");
  return h(
    "figure",
    { class: "chart" },
    h(
      "figcaption",
      { "aria-hidden": "true" },
      h("strong", {}, block.title),
      axes && h("span", { class: "muted" }, axes),
    ),
    h("div", { "aria-hidden": "true" }, drawing, legend(data.series)),
    asTable(block.title, data),
  );
}
