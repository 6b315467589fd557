// "What Goodword did": what it wrote down, when it answered, and what it then said, in that order.
import { h, reconcile, step } from "./dom.js";
import { clockTime, teamZone } from "./dates.js";
import { icon } from "./icons.js";
import { page, watch } from "./store.js";

// A request's line comes when it has been answered, so that one sees what had been written down before.
const KINDS = {
  request: ["Answered", "check"],
  transaction: ["Written down", "transaction"],
  delivery: ["Said", "delivery"],
  schedule: ["On time", "schedule"],
  api: ["Called Slack", "request"],
};

const PAUSE = 1000;

/** Lines in the order they happened; what follows closely belongs together. The newest group comes first. */
function grouped(lines) {
  const groups = [];
  let last = -Infinity;
  for (const line of lines) {
    const at = moment(line.at).getTime();
    if (at - last > PAUSE) groups.push({ id: String(line.id), lines: [] });
    groups.at(-1).lines.push(line);
    last = at;
  }
  return groups.reverse();
}

const moment = (at) => new Date(typeof at === "number" ? at * 1000 : at);

function after(line, first) {
  const ms = moment(line.at) - moment(first.at);
  if (!(ms > 0)) return "";
  return ms < 1000
    ? `+${Math.round(ms)} ms`
    : ms < 60_000
      ? `+${(ms / 1000).toFixed(1)} s`
      : `+${Math.round(ms / 60_000)} min`;
}

function lineNode(line, first) {
  const failed = /→ (?!2\d\d\b|ok\b)/.test(line.summary);
  const kind = KINDS[line.kind] ? line.kind : "api";
  const [name, glyph] = failed ? ["Trouble", "warning"] : KINDS[kind];
  const words = [
    h("span", { class: "did-kind" }, name, h("span", { class: "did-after" }, after(line, first))),
    h("span", { class: "did-summary" }, line.summary.replace(/(\d) ms\b/g, "$1\u00a0ms")),
  ];
  return h(
    "li",
    { class: `did did-${failed ? "trouble" : kind}`, "data-kind": kind },
    h("span", { class: "did-icon" }, icon(glyph)),
    h(
      "div",
      { class: "did-words" },
      line.detail
        ? h("details", {}, h("summary", {}, words), h("p", { class: "did-detail" }, line.detail))
        : h("p", {}, words),
    ),
  );
}

function groupNode(group) {
  const [first] = group.lines;
  return h(
    "li",
    { class: "did-group" },
    h(
      "time",
      { class: "did-time", datetime: moment(first.at).toISOString() },
      clockTime(moment(first.at), teamZone()),
    ),
    h(
      "ol",
      { class: "did-lines" },
      group.lines.map((line) => lineNode(line, first)),
    ),
  );
}

/** The lines with something to unfold are one tab stop; the arrow keys go from one to the next. */
function rove(list) {
  const all = [...list.querySelectorAll("summary")];
  const stop = all.find((node) => node === document.activeElement) ?? all[0];
  for (const node of all) node.tabIndex = node === stop ? 0 : -1;
}

function walk(event) {
  const list = event.currentTarget;
  const all = [...list.querySelectorAll("summary")];
  const next = step(event.key, all.indexOf(document.activeElement), all.length);
  if (next < 0) return;
  event.preventDefault();
  all[next].focus();
  rove(list);
}

export function activity() {
  const empty = h(
    "p",
    { class: "empty-small" },
    "Nothing yet. Thank somebody, and you will see each step here: written down, answered, and only then said.",
  );
  const list = h("ol", { class: "did-list", "data-testid": "activity", onkeydown: walk });
  watch(({ state }) => {
    if (!state) return;
    empty.hidden = state.activity.length > 0;
    const inOrder = [...state.activity].sort((a, b) => Number(a.id) - Number(b.id));
    reconcile(list, grouped(inOrder), { key: ({ id }) => id, render: groupNode, salt: page.as });
    rove(list);
  });
  return h(
    "section",
    { class: "panel-section did-section", "aria-label": "What Goodword did, newest first" },
    empty,
    list,
  );
}
