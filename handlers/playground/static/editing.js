// Editing one's own message in its place, in the words one typed, with what is half changed kept through every redraw.
import { h } from "./dom.js";
import { unescapeSlack } from "./emoji.js";
import { channelName, groups } from "./names.js";
import { act, page, redraw } from "./store.js";

export const editing = { ts: null, text: "" };

/** The words of a message as its author would type them again. */
function asTyped(text) {
  const handle = (id) => page.state.people.find((who) => who.id === id)?.handle ?? id;
  const group = (id) => groups().find((item) => item.id === id)?.handle ?? id;
  return unescapeSlack(
    text
      .replace(/<@([UW]\w+)(?:\|[^>]*)?>/g, (_, id) => `@${handle(id)}`)
      .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_, id) => `@${group(id)}`)
      .replace(/<#(\w+)(?:\|[^>]*)?>/g, (_, id) => `#${channelName(id)}`)
      .replace(/<!(here|channel|everyone)>/g, "@$1")
      .replace(/<((?:https?|mailto):[^>|]+)(?:\|[^>]*)?>/g, "$1"),
  );
}

export function startEditing(message) {
  Object.assign(editing, { ts: message.ts, text: asTyped(message.text) });
  redraw();
  document.querySelector(".editor textarea")?.focus();
}

function stopEditing(message) {
  editing.ts = null;
  redraw();
  document.querySelector(`[data-ts="${message.ts}"]`)?.focus();
}

export function editor(message) {
  const save = async () => {
    const text = editing.text.trim();
    stopEditing(message);
    if (text && text !== asTyped(message.text))
      await act("edits", { channel: page.at, ts: message.ts, text });
  };
  const area = h("textarea", {
    class: "field",
    rows: 3,
    "aria-label": "Edit your message",
    "data-focus": "editor",
    value: editing.text,
    oninput: () => {
      editing.text = area.value;
    },
    onkeydown: (event) => {
      if (event.key === "Escape") stopEditing(message);
      else if (event.key === "Enter" && !event.shiftKey) save();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
  });
  return h(
    "div",
    { class: "editor" },
    area,
    h(
      "div",
      { class: "editor-buttons" },
      h("button", { type: "button", class: "button", onclick: () => stopEditing(message) }, "Cancel"),
      h("button", { type: "button", class: "button button-primary", onclick: save }, "Save"),
    ),
  );
}
