// One combobox for every select menu of Block Kit, single or multiple: type to filter, arrow keys, Enter, chips.
import { h, layerFor, place, step, uid } from "./dom.js";
import { icon } from "./icons.js";

/**
 * `options` is a function giving [{value, label, hint?, group?, face?}], asked each time the list opens.
 * Returns {node, read, focus}; `read` gives a value or null, or with `many` a list of values.
 */
export function combobox({
  options,
  chosen = [],
  many = false,
  max = Infinity,
  placeholder = "Choose",
  label,
  describedBy,
  invalid,
  focusKey,
  clearable,
  onchange,
}) {
  const listId = uid("list");
  const all = options();
  let picked = chosen.map((value) => all.find((option) => option.value === value) ?? { value, label: value });
  let shown = [];
  let active = -1;
  let list = null;

  const input = h("input", {
    type: "text",
    role: "combobox",
    class: "combo-input",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-label": label,
    "aria-describedby": describedBy,
    "aria-invalid": invalid,
    "data-focus": focusKey,
  });
  const chips = h("span", { class: "combo-chips" });
  const box = h("div", { class: many ? "combo combo-many" : "combo" }, chips, input, icon("chevron"));

  const single = () => (many ? "" : (picked[0]?.label ?? ""));
  function draw() {
    if (many) chips.replaceChildren(...picked.map(chip));
    else input.value = single();
    input.placeholder = many && picked.length ? "" : placeholder;
  }
  const chip = (option) =>
    h(
      "span",
      { class: "combo-chip" },
      option.label,
      h(
        "button",
        {
          type: "button",
          "aria-label": `Remove ${option.label}`,
          onclick: () => {
            set(picked.filter((other) => other !== option));
            input.focus();
          },
        },
        icon("close"),
      ),
    );

  function set(next) {
    picked = next;
    draw();
    onchange?.(read());
  }
  const read = () => (many ? picked.map(({ value }) => value) : (picked[0]?.value ?? null));

  function choose(option) {
    const already = picked.some(({ value }) => value === option.value);
    if (!many) {
      close();
      if (!already) set([option]);
      return;
    }
    input.value = "";
    if (already) set(picked.filter(({ value }) => value !== option.value));
    else if (picked.length < max) set([...picked, option]);
    open("");
  }

  function open(filter = "") {
    const words = filter.trim().toLowerCase().replace(/^[@#]/, "");
    shown = options().filter((option) =>
      `${option.label} ${option.hint ?? ""}`.toLowerCase().includes(words),
    );
    if (!list) {
      list = h("ul", {
        class: "popup listbox",
        role: "listbox",
        id: listId,
        "aria-label": label,
        "aria-multiselectable": many || null,
      });
      list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
      layerFor(box).append(list);
      addEventListener("scroll", moved, true);
      addEventListener("resize", close);
      input.setAttribute("aria-expanded", "true");
    }
    list.replaceChildren(...rows());
    place(list, box, { width: "anchor" });
    activate(
      shown.length
        ? Math.max(
            0,
            shown.findIndex((option) => option.value === picked[0]?.value && !many),
          )
        : -1,
    );
  }

  function rows() {
    let group = null;
    return shown
      .flatMap((option, i) => {
        const heading =
          option.group && option.group !== group
            ? [h("li", { class: "listbox-group", role: "presentation" }, (group = option.group))]
            : [];
        const selected = picked.some(({ value }) => value === option.value);
        const row = h(
          "li",
          {
            role: "option",
            id: `${listId}-${i}`,
            class: "option",
            "aria-selected": String(selected),
            onclick: () => choose(option),
          },
          option.face?.(),
          h(
            "span",
            { class: "option-words" },
            h("span", {}, option.label),
            option.hint && h("span", { class: "option-hint" }, option.hint),
          ),
          selected && icon("check"),
        );
        return [...heading, row];
      })
      .concat(
        shown.length
          ? []
          : [h("li", { class: "option-none", role: "presentation" }, "Nothing matches that.")],
      );
  }

  function activate(index) {
    active = index;
    for (const row of list.querySelectorAll(".option"))
      row.classList.toggle("active", row.id === `${listId}-${index}`);
    const row = list.querySelector(".option.active");
    if (row) input.setAttribute("aria-activedescendant", row.id);
    else input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  function close() {
    if (!list) return;
    list.remove();
    list = null;
    removeEventListener("scroll", moved, true);
    removeEventListener("resize", close);
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  const moved = (event) => {
    if (list && !list.contains(event.target)) close();
  };

  input.addEventListener("input", () => open(input.value));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    close();
    if (clearable && !many && !input.value && picked.length) set([]);
    input.value = single();
  });
  box.addEventListener("click", (event) => {
    if (event.target.closest("button")) return;
    input.focus();
    if (!list) open();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && list) {
      event.preventDefault();
      event.stopPropagation(); // Escape closes the list first, and only then the modal around it
      close();
    } else if (event.key === "Enter") {
      event.preventDefault(); // choosing is not submitting
      if (list && shown[active]) choose(shown[active]);
      else if (!list) open();
    } else if (event.key === "Backspace" && many && !input.value && picked.length) set(picked.slice(0, -1));
    else if (!list && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      open();
    } else if (list) {
      const next = ["Home", "End"].includes(event.key) ? -1 : step(event.key, active, shown.length);
      if (next < 0) return;
      event.preventDefault();
      activate(next);
    }
  });
  draw();
  return { node: box, read, focus: () => input.focus() };
}
