// A list of messages: date dividers, grouping by author, arrow keys from message to message, and staying where one reads.
import { h, reconcile } from "./dom.js";
import { dayKey, dayName, fromTs } from "./dates.js";
import { editing } from "./editing.js";
import { dismissed, messageNode } from "./message.js";
import { now, page } from "./store.js";

const TOGETHER = 5 * 60;

function layout(messages, withDays) {
  const items = [];
  let last = null;
  let day = null;
  for (const message of messages) {
    const date = fromTs(message.ts);
    if (withDays && dayKey(date) !== day) {
      day = dayKey(date);
      items.push({ day: dayName(date, now()), key: `day-${day}` });
      last = null;
    }
    const compact = Boolean(
      last &&
      message.author.kind === "person" &&
      last.author.id === message.author.id &&
      Number(message.ts) - Number(last.ts) < TOGETHER,
    );
    items.push({ ...message, compact, editing: editing.ts === message.ts, key: message.ts });
    last = message;
  }
  return items;
}

const divider = (item) =>
  h("div", { class: "day", role: "separator", "aria-label": item.day }, h("span", {}, item.day));

/** One message is a tab stop; the arrow keys go to the others, as in any list. */
function walk(log, event) {
  const here = document.activeElement.closest?.(".message");
  if (document.activeElement !== here || !["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
  const all = [...log.querySelectorAll(".message")];
  const at = all.indexOf(here);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (!all[to]) return;
  event.preventDefault();
  here.tabIndex = -1;
  all[to].tabIndex = 0;
  all[to].focus();
}

/** The log as a part of the page. `show(messages, place, options)` redraws it. */
export function messageLog({ label, testId, inThread = false }) {
  const list = h("div", {
    class: "log-list",
    role: "log",
    "aria-label": label,
    "aria-live": "polite",
    "data-testid": testId,
  });
  const empty = h("p", { class: "empty" });
  const jump = h(
    "button",
    { type: "button", class: "jump", hidden: true, onclick: () => toEnd() },
    "Newer messages below",
  );
  const scroller = h("div", { class: "log" }, h("div", { class: "log-inner" }, empty, list), jump);
  list.addEventListener("keydown", (event) => walk(list, event));

  let place = null;
  let count = 0;
  const atEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
    jump.hidden = true;
  };
  scroller.addEventListener(
    "scroll",
    () => {
      if (atEnd()) jump.hidden = true;
    },
    { passive: true },
  );

  function show(messages, where, { sentence, salt }) {
    const visible = messages.filter(({ ts }) => !dismissed.has(ts));
    const moved = where !== place;
    const stay = !moved && !atEnd();
    // Arriving somewhere is not news: only what comes while one is here is read aloud.
    list.setAttribute("aria-live", moved ? "off" : "polite");
    reconcile(list, layout(visible, !inThread), {
      key: (item) => item.key,
      render: (item) => (item.day ? divider(item) : messageNode(item, inThread)),
      salt,
    });
    empty.hidden = visible.length > 0;
    empty.textContent = sentence;
    if (!list.querySelector('.message[tabindex="0"]'))
      list.querySelector(".message:last-child")?.setAttribute("tabindex", "0");
    if (!stay) toEnd();
    else if (visible.length > count) jump.hidden = false;
    place = where;
    count = visible.length;
  }
  return { node: scroller, show };
}

/** What a message's look depends on besides itself. */
export const surroundings = () =>
  `${page.as}|${page.at}|${page.state.people.map(({ name }) => name).join()}|${dayKey(now())}`;
