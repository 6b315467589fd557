// Completion in the message box: commands after "/", people and groups after "@", emoji after ":".
import { h, layerFor, place, step, uid } from "./dom.js";
import { emoji, emojiNames } from "./emoji.js";
import { icon, mark } from "./icons.js";
import { face, groups, hasLeft, me, people } from "./names.js";
import { page } from "./store.js";

const MOST = 8;

const commandMatches = (word) =>
  page.state.commands
    .filter(({ command }) => command.startsWith(word))
    .map(({ command, usage_hint: usage, description }) => ({
      insert: command,
      title: command,
      aside: usage,
      hint: description,
      face: () => h("span", { class: "face face-s face-app" }, mark("app")),
    }));

function nameMatches(word) {
  const wanted = word.slice(1).toLowerCase();
  const fits = (...names) =>
    names.some((name) =>
      name
        ?.toLowerCase()
        .split(/\s+/)
        .some((part) => part.startsWith(wanted)),
    );
  const found = people().filter((who) => who.id !== me() && !hasLeft(who) && fits(who.handle, who.name));
  const teams = groups().filter((group) => fits(group.handle, group.name));
  return [
    ...found.map((who) => ({
      insert: `@${who.handle}`,
      title: who.name,
      aside: `@${who.handle}`,
      hint: [who.title, who.department].filter(Boolean).join(" · "),
      face: () => face(who.id, who.name, "s"),
    })),
    ...teams.map((group) => ({
      insert: `@${group.handle}`,
      title: group.name,
      aside: `@${group.handle}`,
      hint: `${group.members.length} people`,
      face: () => h("span", { class: "face face-s face-group" }, icon("hash")),
    })),
  ];
}

const emojiMatches = (word) =>
  emojiNames
    .filter((name) => name.startsWith(word.slice(1)))
    .map((name) => ({
      insert: `:${name}:`,
      title: `:${name}:`,
      face: () => h("span", { class: "option-emoji" }, emoji(name)),
    }));

const TRIGGERS = [
  [/^\/[\w-]*$/, commandMatches],
  [/(?<=^|[\s(])@[\w.-]*$/, nameMatches],
  [/(?<=^|\s):[a-z0-9_+-]{2,}$/, emojiMatches],
];

/** Attach completion to a text area. Returns {handle(event) → whether the key was its own, update, close}. */
export function completion(area, live) {
  const listId = uid("complete");
  let list = null;
  let found = [];
  let active = 0;
  let start = 0;

  function matches() {
    const before = area.value.slice(0, area.selectionStart);
    for (const [pattern, find] of TRIGGERS) {
      const hit = pattern.exec(before);
      if (hit) {
        start = hit.index;
        return find(hit[0]).slice(0, MOST);
      }
    }
    return [];
  }

  function update() {
    found = matches();
    const whole = found.length === 1 && found[0].insert === area.value.slice(start, area.selectionStart);
    if (!found.length || whole) {
      close();
      return;
    }
    if (!list) {
      list = h("ul", {
        class: "popup listbox complete",
        role: "listbox",
        id: listId,
        "aria-label": "Suggestions",
        "data-testid": "completion",
      });
      list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
      layerFor(area).append(list);
      area.setAttribute("aria-controls", listId);
    }
    list.replaceChildren(...found.map(row));
    live(`${found.length} ${found.length === 1 ? "suggestion" : "suggestions"}`);
    activate(0);
    place(list, area.closest(".composer") ?? area);
  }

  const row = (item, i) =>
    h(
      "li",
      { role: "option", id: `${listId}-${i}`, class: "option", onclick: () => accept(i) },
      item.face(),
      h(
        "span",
        { class: "option-words" },
        h(
          "span",
          { class: "option-title" },
          h("span", {}, item.title),
          item.aside && h("span", { class: "option-aside" }, item.aside),
        ),
        item.hint && h("span", { class: "option-hint" }, item.hint),
      ),
    );

  function activate(index) {
    active = index;
    [...list.children].forEach((node, i) => {
      node.classList.toggle("active", i === index);
      node.setAttribute("aria-selected", String(i === index));
    });
    list.children[index].scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", `${listId}-${index}`);
  }

  function accept(index) {
    area.setRangeText(`${found[index].insert} `, start, area.selectionStart, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    list?.remove();
    list = null;
    area.removeAttribute("aria-activedescendant");
    area.removeAttribute("aria-controls");
  }

  function handle(event) {
    if (!list || event.isComposing) return false;
    if (event.key === "Escape") close();
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) accept(active);
    else {
      const next = ["Home", "End"].includes(event.key) ? -1 : step(event.key, active, found.length);
      if (next < 0) return false;
      activate(next);
    }
    event.preventDefault();
    return true;
  }

  area.addEventListener("blur", close);
  return { handle, update, close };
}
