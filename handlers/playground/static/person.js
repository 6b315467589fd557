// "You are: Ada (Sales)": the switcher with which one becomes anybody in the company.
import { h, place, step } from "./dom.js";
import { icon } from "./icons.js";
import { face, firstName, person } from "./names.js";
import { go } from "./route.js";
import { currentChannel, currentDm, page, watch } from "./store.js";

const special = (who) => (who.status && who.status !== "active" ? who.status.replaceAll("_", " ") : "");

const line = (who) => [who.title, special(who)].filter(Boolean).join(" · ");

/** People by department, those with none at the end, in the order the company lists them. */
function byDepartment(people) {
  const groups = new Map();
  for (const who of people) {
    const name = who.department || "Also here";
    groups.set(name, [...(groups.get(name) ?? []), who]);
  }
  const rest = groups.get("Also here");
  groups.delete("Also here");
  return rest ? [...groups, ["Also here", rest]] : [...groups];
}

export function personSwitcher() {
  const words = h("span", { class: "switch-words" });
  const portrait = h("span", {});
  const button = h(
    "button",
    {
      type: "button",
      class: "switch",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      "data-testid": "person-switcher",
      onclick: () => (list ? close() : open()),
    },
    portrait,
    words,
    icon("chevron"),
  );
  let list = null;
  let rows = [];

  function open() {
    rows = [];
    const sections = byDepartment(page.state.people).map(([name, members]) =>
      h(
        "div",
        { role: "group", "aria-label": name },
        h("p", { class: "listbox-group", "aria-hidden": "true" }, name),
        members.map(row),
      ),
    );
    list = h(
      "div",
      {
        class: "popup listbox people",
        role: "listbox",
        "aria-label": "Become somebody else",
        tabindex: -1,
        onkeydown: keys,
      },
      sections,
    );
    document.body.append(list);
    button.setAttribute("aria-expanded", "true");
    place(list, button, { limit: 620 });
    (rows.find((node) => node.getAttribute("aria-selected") === "true") ?? rows[0]).focus();
    document.addEventListener("pointerdown", outside, true);
  }

  function row(who) {
    const mine = who.id === page.as;
    const node = h(
      "div",
      {
        class: "option",
        role: "option",
        tabindex: -1,
        "aria-selected": String(mine),
        "data-testid": `person-${who.handle}`,
        onclick: () => become(who),
      },
      face(who.id, who.name, "s"),
      h(
        "span",
        { class: "option-words" },
        h("span", {}, who.name),
        h("span", { class: "option-hint" }, line(who)),
      ),
      h("span", { class: "option-time" }, mine ? icon("check") : who.local_time),
    );
    rows.push(node);
    return node;
  }

  function become(who) {
    close();
    const channel = currentChannel();
    const at = channel && !channel.private ? channel.id : currentDm()?.with.kind === "app" ? "app" : null;
    go({ as: who.id, at, tab: page.tab });
  }

  function close() {
    list?.remove();
    list = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    button.focus();
  }
  const outside = (event) => {
    if (!list.contains(event.target) && !button.contains(event.target)) close();
  };

  function keys(event) {
    const at = rows.indexOf(document.activeElement);
    const next = step(event.key, at, rows.length);
    if (next >= 0) rows[next].focus();
    else if (event.key === "Enter" || event.key === " ") rows[at]?.click();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (/^\p{L}$/u.test(event.key))
      [...rows.slice(at + 1), ...rows]
        .find((node) =>
          node.querySelector(".option-words").textContent.toLowerCase().startsWith(event.key.toLowerCase()),
        )
        ?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  let drawn = "";
  watch(() => {
    const who = person(page.as);
    if (!who) return;
    const signature = JSON.stringify([who.id, who.name, who.department, who.local_time]);
    if (signature === drawn) return;
    drawn = signature;
    portrait.replaceChildren(face(who.id, who.name, "m"));
    const about = [who.local_time, who.title].filter(Boolean).join(" · ");
    words.replaceChildren(
      h(
        "span",
        { class: "switch-name" },
        h("span", { class: "switch-are" }, "You are: "),
        h("strong", {}, firstName(who)),
        who.department ? ` (${who.department})` : "",
      ),
      h("span", { class: "switch-about" }, about || special(who)),
    );
  });
  return button;
}
