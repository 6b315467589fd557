// The message box: drafts kept per conversation, completion, Enter to send, and the hint for a first visit.
import { h, remembered } from "./dom.js";
import { completion } from "./completion.js";
import { emoji, openPicker } from "./emoji.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { act, note, page, redraw } from "./store.js";

const EXAMPLE = "/kudos @ben for turning the ACME invoice round in an hour #ownership";

const drafts = new Map();
const announce = (words) => {
  document.getElementById("announce").textContent = words;
};

/**
 * `target()` gives {channel, thread}; `key()` names the draft. Returns {node, sync(placeholder), fill(text), focus}.
 */
export function composer({ target, key, testId, label }) {
  const area = h("textarea", {
    class: "composer-area",
    rows: 1,
    "aria-label": label,
    "aria-autocomplete": "list",
    "aria-haspopup": "listbox",
    "data-testid": testId,
    spellcheck: "true",
  });
  const send = h(
    "button",
    {
      type: "button",
      class: "button button-primary button-send",
      "aria-label": "Send",
      "data-testid": testId === "composer" ? "send" : `${testId}-send`,
      onclick: submit,
    },
    icon("send"),
  );
  const smile = h(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-label": "Add an emoji",
      onclick: () => openPicker(smile, (name) => insert(`:${name}: `)),
    },
    icon("smile"),
  );
  const quick = h(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-label": "Shortcuts",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-testid": "shortcuts",
      onclick: shortcuts,
    },
    icon("spark"),
  );
  const node = h(
    "div",
    { class: "composer" },
    area,
    h(
      "div",
      { class: "composer-bar" },
      testId === "composer" && quick,
      smile,
      h(
        "span",
        { class: "composer-keys", "aria-hidden": "true" },
        "Enter sends, Shift + Enter starts a new line",
      ),
      send,
    ),
  );
  const complete = completion(area, announce);
  let shownKey = null;

  function grow() {
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${Math.min(area.scrollHeight, 180)}px`);
    send.disabled = !area.value.trim();
  }

  function insert(words) {
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  }

  function fill(words) {
    area.value = words;
    drafts.set(shownKey, words);
    grow();
    area.focus();
  }

  function shortcuts() {
    const mine = page.state.shortcuts.filter(({ type }) => type === "global");
    const entries = mine.map(({ name, callback_id: id }) => ({
      label: name,
      icon: icon("spark"),
      run: () => act("shortcut", { callback_id: id }),
    }));
    openMenu(
      quick,
      entries.length ? entries : [{ label: "This app has no shortcuts here", run: () => {} }],
      "Shortcuts",
    );
  }

  async function submit() {
    const words = area.value.trim();
    const { channel, thread } = target();
    if (!words || !channel) return;
    const command = /^\/[\w-]+/.exec(words)?.[0];
    if (command && thread) {
      note(`${command} is not supported in threads. Sorry!`);
      redraw();
      return;
    }
    const sentFrom = shownKey;
    fill("");
    complete.close();
    if (command) remembered.set("hint", "seen");
    const answer = await (command
      ? act("types", { channel, text: words })
      : act("says", { channel, text: words, thread }));
    // What could not be sent is not lost, unless something new has been written meanwhile.
    if (!answer.ok && sentFrom === shownKey && !area.value) fill(words);
  }

  area.addEventListener("input", () => {
    drafts.set(shownKey, area.value);
    grow();
    complete.update();
  });
  area.addEventListener("keydown", (event) => {
    if (complete.handle(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });

  function sync(placeholder) {
    area.placeholder = placeholder;
    if (shownKey === key()) return;
    shownKey = key();
    area.value = drafts.get(shownKey) ?? "";
    complete.close();
    grow();
  }

  return { node, sync, fill, focus: () => area.focus() };
}

/** The line a first visitor sees above the box; one click and the words are in it. */
export function hint(box) {
  const node = h(
    "p",
    { class: "try", "data-testid": "hint" },
    h("span", { class: "try-words" }, emoji("kudos"), " Try "),
    h(
      "button",
      { type: "button", class: "try-button", onclick: () => box.fill(EXAMPLE) },
      h("code", {}, EXAMPLE),
    ),
    h(
      "button",
      {
        type: "button",
        class: "button button-icon",
        "aria-label": "Hide this hint",
        onclick: () => {
          remembered.set("hint", "seen");
          sync();
          box.focus();
        },
      },
      icon("close"),
    ),
  );
  const sync = (out = false) => {
    node.hidden = out || remembered.get("hint", "") === "seen";
  };
  return { node, sync };
}
