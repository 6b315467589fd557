// Modals: the stack of views as one dialog with the top view in front. What is half filled in survives every refresh.
import { h, uid } from "./dom.js";
import { blocks } from "./blocks.js";
import { complaint } from "./fields.js";
import { icon, mark } from "./icons.js";
import { act, page, watch } from "./store.js";
import { text } from "./text.js";

const key = ({ block, element }) => `${block.block_id}/${element.action_id}`;

/** {block_id: {action_id: value}} of everything that can be filled in. */
function collect(fields) {
  const values = {};
  for (const { block, element, read } of fields) (values[block.block_id] ??= {})[element.action_id] = read();
  return values;
}

const signature = (view) => JSON.stringify([view.hash, view.title, view.submit, view.close, view.blocks]);

/** One view of the stack as a sheet; `kept` holds what was filled in before the app changed the view. */
function sheet(view, kept) {
  const fields = [];
  const titleId = uid("modal");
  const ctx = {
    surface: "modal",
    fields,
    kept,
    onAction: (what) => act("clicks", { view_id: view.id, values: collect(fields), ...what }),
  };
  const failure = h("p", { class: "modal-failure", role: "alert" });
  const submit =
    view.submit &&
    h(
      "button",
      { type: "button", class: "button button-primary", "data-testid": "modal-submit", onclick: send },
      text(view.submit),
    );
  const leave = () => act("closes", { view_id: view.id });
  const leaveAll = () => act("closes", { view_id: view.id, everything: true });
  const content = h("div", { class: "modal-body" }, failure, blocks(view.blocks, ctx));
  const node = h(
    "div",
    { class: "sheet", "data-testid": "modal-view" },
    h(
      "header",
      { class: "modal-head" },
      mark("small"),
      h("h2", { id: titleId, tabindex: -1 }, text(view.title)),
      h(
        "button",
        { type: "button", class: "button button-icon", "aria-label": "Close", onclick: leaveAll },
        icon("close"),
      ),
    ),
    content,
    h(
      "footer",
      { class: "modal-foot" },
      h(
        "button",
        { type: "button", class: "button", "data-testid": "modal-close", onclick: leave },
        text(view.close) || (view.submit ? "Cancel" : "Close"),
      ),
      submit,
    ),
  );
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  });

  function complain(errors) {
    let first = null;
    for (const { block, error, node: control, focus } of fields) {
      const words = errors[block.block_id] ?? "";
      if (!error) continue;
      error.textContent = words;
      const input = control.matches("input, textarea, [role]")
        ? control
        : (control.querySelector("input") ?? control);
      if (words) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      if (words) first ??= focus;
    }
    first?.();
  }

  async function send() {
    if (!submit || submit.disabled) return;
    const wrong = {};
    for (const { block, element, error, optional, read } of fields) {
      const words = error && complaint(element, read(), optional);
      if (words) wrong[block.block_id] = words;
    }
    failure.textContent = "";
    complain(wrong);
    if (Object.keys(wrong).length) return;
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    const answer = await act("submits", { view_id: view.id, values: collect(fields) });
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
    const now = page.state?.views.find(({ id }) => id === view.id);
    if (now?.errors && Object.keys(now.errors).length) complain(now.errors);
    else if (!answer.ok && now)
      failure.textContent = answer.error ?? "That did not get through. Please try again.";
  }

  const focus = () =>
    (fields.find(({ error }) => error)?.focus ?? (() => node.querySelector("h2").focus()))();
  return { node, titleId, focus, values: () => new Map(fields.map((item) => [key(item), item.read()])) };
}

export function mountModals() {
  const dialog = h("dialog", { class: "modal", "data-testid": "modal" });
  document.body.append(dialog);
  let sheets = new Map();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault(); // the app decides what a closed modal means; it goes when the state says so
    const top = page.state?.views.at(-1);
    if (top && event.target === dialog) act("closes", { view_id: top.id });
  });

  /** The sheet for a view: the one that stands, or a new one that takes over what was filled in. */
  function sheetFor(view) {
    const standing = sheets.get(view.id);
    const sign = signature(view);
    if (standing?.sign === sign) return standing;
    const active = standing?.node.contains(document.activeElement) && document.activeElement.dataset.focus;
    const fresh = { sign, made: sheet(view, standing?.made.values()), refocus: active };
    fresh.node = fresh.made.node;
    if (standing) standing.node.replaceWith(fresh.node);
    return fresh;
  }

  watch(({ state }) => {
    if (!state) return;
    const before = [...sheets.keys()].at(-1);
    const next = new Map(state.views.map((view) => [view.id, sheetFor(view)]));
    for (const [id, { node }] of sheets) if (!next.has(id)) node.remove();
    sheets = next;
    const top = [...next.values()].at(-1);
    if (!top) {
      if (dialog.open) dialog.close();
      return;
    }
    for (const item of next.values()) {
      if (item.node.parentNode !== dialog) dialog.append(item.node);
      item.node.hidden = item !== top;
    }
    dialog.dataset.depth = next.size;
    dialog.setAttribute("aria-labelledby", top.made.titleId);
    const opened = !dialog.open;
    if (opened) dialog.showModal();
    if (opened || [...next.keys()].at(-1) !== before) top.made.focus();
    else if (top.refocus !== undefined && top.refocus !== false) {
      top.node.querySelector(`[data-focus="${CSS.escape(top.refocus)}"]`)?.focus();
      top.refocus = undefined;
    }
  });
}
