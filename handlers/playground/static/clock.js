// The pretend clock: what time it is, and the buttons that move it forward.
import { h } from "./dom.js";
import { clockTime, longDay, teamZone, untilFriday, weekday } from "./dates.js";
import { act, now, page, watch } from "./store.js";

const MINUTE = 60;
const STEPS = [
  ["1 minute", MINUTE],
  ["15 minutes", 15 * MINUTE],
  ["1 hour", 60 * MINUTE],
  ["1 day", 24 * 60 * MINUTE],
];

const forward = (seconds) => act("forward_clock", { seconds });

export function clock() {
  const face = h("strong", { class: "clock-face", "data-testid": "clock" });
  const date = h("span", { class: "clock-date" });
  const steps = STEPS.map(([words, seconds]) =>
    h(
      "button",
      {
        type: "button",
        class: "button button-small",
        "data-testid": `clock-${words.replace(" ", "-")}`,
        "aria-label": `Move the clock forward ${words}`,
        onclick: () => forward(seconds),
      },
      `+ ${words}`,
    ),
  );
  const friday = h(
    "button",
    {
      type: "button",
      class: "button button-small",
      "data-testid": "clock-friday",
      onclick: () => forward(Math.round(untilFriday(now(), teamZone()))),
    },
    "To next Friday 16:00",
  );

  function tick() {
    if (!page.state) return;
    const words = `${weekday(now(), teamZone())} ${clockTime(now(), teamZone())}`;
    if (face.textContent !== words) face.textContent = words;
    date.textContent = `${longDay(now(), teamZone())} · ${teamZone().replace(/^.*\//, "").replaceAll("_", " ")} time`;
  }
  watch(tick);
  setInterval(tick, 1000);

  return h(
    "section",
    { class: "panel-section clock", "aria-label": "The pretend clock" },
    h("p", { class: "clock-now" }, face, date),
    h("div", { class: "chips", role: "group", "aria-label": "Move forward" }, steps, friday),
  );
}
