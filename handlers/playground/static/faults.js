// Switches that make the pretend Slack misbehave, to see that nothing is lost or said twice.
import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { act, watch } from "./store.js";

const PRESETS = [
  ["Three slow posts", "The next 3 posts take 3 seconds each", { kind: "slow", seconds: 3, times: 3 }],
  [
    "Rate limited",
    "The next 3 posts are refused with 429",
    { kind: "ratelimited", retry_after: 5, times: 3 },
  ],
  ["Slack breaks", "The next 3 posts are answered with 500", { kind: "http500", times: 3 }],
  ["Answer lost", "The next post is done, but the answer never arrives", { kind: "drop_after", times: 1 }],
];

const NAMES = {
  slow: "slow",
  ratelimited: "rate limited",
  http500: "500",
  drop_after: "answer lost",
  drop_before: "request lost",
  error: "error",
  garbage: "garbage",
};

const preset = ([name, about, fault]) =>
  h(
    "button",
    { type: "button", class: "fault", onclick: () => act("fault", { method: "chat.postMessage", ...fault }) },
    h("span", { class: "fault-name" }, name),
    h("span", { class: "fault-about" }, about),
  );

/** What is on its way to the server is not undone by news from before it. */
function switchBox(testid, turned) {
  let underway = 0;
  const box = h("input", {
    type: "checkbox",
    class: "switch-box",
    role: "switch",
    "data-testid": testid,
    onchange: async () => {
      underway += 1;
      await turned(box.checked);
      underway -= 1;
    },
  });
  const show = (on) => {
    if (!underway) box.checked = on;
  };
  return { box, show };
}

const labelled = ({ box }, name, about) =>
  h(
    "label",
    { class: "pause" },
    box,
    h("span", {}, h("span", { class: "fault-name" }, name), h("span", { class: "fault-about" }, about)),
  );

const standing = (fault) =>
  h(
    "li",
    { class: "fault-on" },
    icon("warning"),
    h("span", {}, `${fault.method}: ${NAMES[fault.kind] ?? fault.kind}`),
    h(
      "span",
      { class: "muted" },
      fault.times === null || fault.times === undefined ? "" : `${fault.times} left`,
    ),
  );

export function faults() {
  const list = h("ul", { class: "fault-list", "aria-label": "Faults in force" });
  const clear = h(
    "button",
    {
      type: "button",
      class: "button button-small",
      "data-testid": "clear-faults",
      onclick: () => act("clear_faults"),
    },
    "Mend everything",
  );
  const pause = switchBox("pause", (on) => act(on ? "pause" : "resume"));
  const switches = new Map();
  const lasting = h("div", { class: "fault-switches" });
  const details = h(
    "details",
    { class: "panel-section faults", "data-testid": "faults" },
    h("summary", {}, h("h3", {}, "When things go wrong"), icon("chevron")),
    h(
      "div",
      { class: "fault-body" },
      h("p", { class: "muted" }, "Try to make Goodword lose a thank-you, or say it twice."),
      lasting,
      labelled(pause, "Goodword is out of reach", "Slack cannot deliver anything to it until this is off"),
      h("p", { class: "muted" }, "What waits is tried again after a while: + 1 minute saves the waiting."),
      h("div", { class: "fault-presets" }, PRESETS.map(preset)),
      list,
      clear,
    ),
  );
  watch(({ state }) => {
    if (!state) return;
    reconcile(
      list,
      state.faults.map((fault, i) => ({ ...fault, key: String(fault.id ?? i) })),
      { key: (fault) => fault.key, render: standing },
    );
    clear.hidden = !state.faults.length;
    for (const one of state.switches) {
      if (!switches.has(one.name)) {
        switches.set(one.name, switchBox(`switch-${one.name}`, (on) => act("switch", { name: one.name, on })));
        lasting.append(labelled(switches.get(one.name), one.label, one.about));
      }
      switches.get(one.name).show(one.on);
    }
    pause.show(state.paused);
  });
  return details;
}
