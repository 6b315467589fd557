// The input elements of Block Kit. Each becomes {node, read, focus}; `read` gives the plain value the app will be told.
import { h, uid } from "./dom.js";
import { selectKind, selectSetup } from "./choices.js";
import { combobox } from "./select.js";
import { text, textNodes } from "./text.js";

/**
 * `spec`: label, labelledBy, describedBy, invalid, optional, focusKey, kept (what was filled in before a redraw),
 * onchange(value) for every choice made and onenter(value) for a line finished with Enter.
 */
export function field(element, spec) {
  if (selectKind(element.type)) return selectField(element, spec);
  return FIELDS[element.type]?.(element, spec) ?? null;
}

const names = (spec) => ({
  "aria-label": spec.label,
  "aria-describedby": spec.describedBy,
  "aria-invalid": spec.invalid || null,
  "aria-required": spec.required ? "true" : null,
  "data-focus": spec.focusKey,
});

function selectField(element, spec) {
  const setup = selectSetup(element);
  if (spec.kept !== undefined) setup.chosen = [spec.kept ?? []].flat();
  return combobox({ ...setup, ...spec, clearable: spec.optional });
}

function textField(type, mode) {
  return (element, spec) => {
    const tag = element.multiline ? "textarea" : "input";
    const node = h(tag, {
      ...names(spec),
      class: "field",
      type: tag === "input" ? type : null,
      inputmode: mode,
      rows: element.multiline ? 4 : null,
      autocomplete: "off",
      placeholder: text(element.placeholder) || null,
      maxlength: element.max_length,
      autofocus: element.focus_on_load,
      value: spec.kept ?? element.initial_value ?? "",
    });
    const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
    const read = () => node.value || null;
    if (triggers.includes("on_character_entered"))
      node.addEventListener("input", () => spec.ontyped?.(read()));
    if (triggers.includes("on_enter_pressed") && !element.multiline)
      node.addEventListener("keydown", (event) => {
        if (event.key === "Enter") spec.ontyped?.(read());
      });
    return { node, read, focus: () => node.focus() };
  };
}

function pickerField(type, initial) {
  return (element, spec) => {
    const node = h("input", {
      ...names(spec),
      class: "field field-short",
      type,
      value: spec.kept ?? initial(element) ?? "",
    });
    const read = () => node.value || null;
    node.addEventListener("change", () => spec.onchange?.(read()));
    return { node, read, focus: () => node.focus() };
  };
}

/** Slack counts a moment in seconds; the browser's field speaks of local days and hours. */
function momentField(element, spec) {
  const local = (seconds) =>
    new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000)
      .toISOString()
      .slice(0, 16);
  const start = spec.kept ?? element.initial_date_time;
  const node = h("input", {
    ...names(spec),
    class: "field field-short",
    type: "datetime-local",
    value: start ? local(start) : "",
  });
  const read = () => (node.value ? Math.floor(new Date(node.value).getTime() / 1000) : null);
  node.addEventListener("change", () => spec.onchange?.(read()));
  return { node, read, focus: () => node.focus() };
}

function choiceField(kind) {
  return (element, spec) => {
    const group = uid("choice");
    const initial =
      kind === "radio" ? [element.initial_option].filter(Boolean) : (element.initial_options ?? []);
    const chosen = spec.kept !== undefined ? [spec.kept ?? []].flat() : initial.map(({ value }) => value);
    const boxes = element.options.map((option, i) =>
      h("input", {
        type: kind,
        name: group,
        value: option.value,
        checked: chosen.includes(option.value),
        "data-focus": spec.focusKey && `${spec.focusKey}/${i}`,
      }),
    );
    const rows = element.options.map((option, i) =>
      h(
        "label",
        { class: "choice" },
        boxes[i],
        h(
          "span",
          {},
          h("span", {}, textNodes(option.text)),
          option.description && h("span", { class: "choice-hint" }, textNodes(option.description)),
        ),
      ),
    );
    const read = () => {
      const values = boxes.filter((box) => box.checked).map((box) => box.value);
      return kind === "radio" ? (values[0] ?? null) : values;
    };
    const { "data-focus": _, ...attributes } = names(spec);
    const node = h(
      "div",
      {
        ...attributes,
        "aria-required": null,
        class: "choices",
        role: kind === "radio" ? "radiogroup" : "group",
      },
      rows,
    );
    node.addEventListener("change", () => spec.onchange?.(read()));
    return { node, read, focus: () => boxes[0].focus() };
  };
}

const FIELDS = {
  plain_text_input: textField("text"),
  email_text_input: textField("email", "email"),
  url_text_input: textField("url", "url"),
  number_input: textField("text", "decimal"),
  datepicker: pickerField("date", (element) => element.initial_date),
  timepicker: pickerField("time", (element) => element.initial_time),
  datetimepicker: momentField,
  checkboxes: choiceField("checkbox"),
  radio_buttons: choiceField("radio"),
};

const empty = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);

/** What Slack's own client refuses before the app hears of it; null when the value may go. */
export function complaint(element, value, optional) {
  if (empty(value)) return optional ? null : "Please complete this required field.";
  const { type, min_length: least, min_value: low, max_value: high } = element;
  if (least && value.length < least) return `Please write at least ${least} characters.`;
  if (type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value))
    return "That does not look like an e-mail address.";
  if (type === "url_text_input" && !/^\S+:\/\/\S+$/.test(value))
    return "That does not look like a web address.";
  if (type !== "number_input") return null;
  const pattern = element.is_decimal_allowed ? /^-?\d+([.,]\d+)?$/ : /^-?\d+$/;
  if (!pattern.test(value))
    return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
  if (low !== undefined && Number(value) < Number(low)) return `Please enter ${low} or more.`;
  if (high !== undefined && Number(value) > Number(high)) return `Please enter ${high} or less.`;
  return null;
}
