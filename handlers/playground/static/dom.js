// Building and updating the DOM: the `h` helper, keyed lists that keep focus, and placing of pop-ups.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element. Text children become text nodes, so words people typed can never become markup. */
export const h = (tag, props, ...children) => fill(document.createElement(tag), props, children);

export const svg = (tag, props, ...children) => fill(document.createElementNS(SVG, tag), props, children);

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) setProp(node, name, value);
  node.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "vars") for (const [key, val] of Object.entries(value)) node.style.setProperty(key, val);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : value);
}

let counter = 0;
export const uid = (prefix) => `${prefix}-${(counter += 1)}`;

export const byTestId = (id, root = document) => root.querySelector(`[data-testid="${id}"]`);

const signatures = new WeakMap();

/**
 * Make `parent` show `items`, touching only what changed: a node whose item and salt are the same stays,
 * with its focus, selection, open menus and scroll. `salt` stands for everything else the rendering reads.
 */
export function reconcile(parent, items, { key, render, salt = "" }) {
  const existing = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    const signature = salt + JSON.stringify(item);
    let node = existing.get(id);
    existing.delete(id);
    if (!node || signatures.get(node) !== signature) {
      const fresh = render(item);
      fresh.dataset.key = id;
      signatures.set(fresh, signature);
      if (node) {
        if (cursor === node) cursor = node.nextElementSibling;
        swap(node, fresh);
      }
      node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else if (node.nextElementSibling !== cursor || node.parentNode !== parent)
      parent.insertBefore(node, cursor);
  }
  for (const node of existing.values()) node.remove();
}

/** Replace a node and put the focus back on the same control of the new one. */
export function swap(old, fresh) {
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const mark = active?.dataset.focus;
  const self = active === old;
  old.replaceWith(fresh);
  if (self) fresh.focus({ preventScroll: true });
  else if (mark) fresh.querySelector(`[data-focus="${CSS.escape(mark)}"]`)?.focus({ preventScroll: true });
}

/** Put a fixed pop-up under its anchor, or above where there is no room below. */
export function place(popup, anchor, { width = "auto", align = "start", limit = 360 } = {}) {
  const box = anchor.getBoundingClientRect();
  const gap = 6;
  if (width === "anchor") popup.style.setProperty("width", `${box.width}px`);
  popup.style.setProperty("max-height", "none");
  const size = popup.getBoundingClientRect();
  const below = innerHeight - box.bottom - gap * 2;
  const above = box.top - gap * 2;
  const under = below >= Math.min(size.height, 240) || below >= above;
  const height = Math.min(size.height, under ? below : above, limit);
  const wanted = align === "end" ? box.right - size.width : box.left;
  const left = Math.max(gap, Math.min(wanted, innerWidth - size.width - gap));
  popup.style.setProperty("max-height", `${height}px`);
  popup.style.setProperty("left", `${left}px`);
  popup.style.setProperty("top", `${under ? box.bottom + gap : box.top - gap - height}px`);
}

/** Where a pop-up must live: what is outside an open modal dialog is inert. */
export const layerFor = (anchor) => anchor.closest("dialog") ?? document.body;

/** Move through a list with the arrow keys: returns the next index, or -1 for keys that mean nothing here. */
export function step(key, index, length) {
  if (!length) return -1;
  if (key === "ArrowDown") return (index + 1) % length;
  if (key === "ArrowUp") return (index - 1 + length) % length;
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  return -1;
}

export const remembered = {
  get(key, fallback) {
    try {
      return localStorage.getItem(`goodword.${key}`) ?? fallback;
    } catch {
      return fallback; // storage may be forbidden in this browser; the page works without
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`goodword.${key}`, value);
    } catch {
      // as above: forgetting is harmless
    }
  },
};
