// Pop-up menus and small questions ("Are you sure?"), with the focus where it belongs before, during and after.
import { h, layerFor, place, step, uid } from "./dom.js";

/** A menu of {label, icon?, danger?, run} at `anchor`; null entries are dividing lines. */
export function openMenu(anchor, entries, label) {
  const items = [];
  const rows = entries.map((entry) => {
    if (!entry) return h("div", { class: "menu-line", role: "separator" });
    const row = h(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: -1,
        class: entry.danger ? "menu-item danger" : "menu-item",
        onclick: () => {
          close();
          entry.run();
        },
      },
      entry.icon,
      entry.label,
    );
    items.push(row);
    return row;
  });
  const menu = h("div", { class: "popup menu", role: "menu", "aria-label": label }, rows);
  const close = () => {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    anchor.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close();
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
      return;
    }
    const next = step(event.key, items.indexOf(document.activeElement), items.length);
    if (next < 0) return;
    event.preventDefault();
    items[next].focus();
  });
  layerFor(anchor).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  place(menu, anchor, { align: "end" });
  items[0]?.focus();
  document.addEventListener("pointerdown", outside, true);
}

/** A question with two answers; resolves to true or false. The browser's own dialog keeps and returns the focus. */
export function ask({ title, words, yes, no, danger = false }) {
  return new Promise((resolve) => {
    const id = uid("ask");
    const dialog = h(
      "dialog",
      { class: "ask", "aria-labelledby": id },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id }, title),
        h("div", { class: "ask-words" }, words),
        h(
          "div",
          { class: "ask-buttons" },
          h("button", { class: "button", value: "no" }, no),
          h(
            "button",
            {
              class: danger ? "button button-danger" : "button button-primary",
              value: "yes",
              autofocus: true,
            },
            yes,
          ),
        ),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
