// The elements that act at once when used (buttons, overflow menus, selects and pickers outside inputs) and images.
import { h } from "./dom.js";
import { field } from "./fields.js";
import { icon } from "./icons.js";
import { ask, openMenu } from "./menu.js";
import { text, textNodes } from "./text.js";

async function confirmed(element) {
  const { confirm } = element;
  if (!confirm) return true;
  return ask({
    title: text(confirm.title),
    words: textNodes(confirm.text),
    yes: text(confirm.confirm),
    no: text(confirm.deny),
    danger: confirm.style === "danger",
  });
}

/** While the app is being told, the control says so and cannot be used twice by a trembling hand. */
async function tell(node, ctx, block, element, value) {
  if (!(await confirmed(element))) return;
  node.setAttribute("aria-busy", "true");
  try {
    await ctx.onAction({ action_id: element.action_id, block_id: block.block_id, value });
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(element, block, ctx) {
  const style = { primary: " button-primary", danger: " button-danger" }[element.style] ?? "";
  const node = h(
    "button",
    {
      type: "button",
      class: `button${style}`,
      "aria-label": element.accessibility_label,
      "data-focus": `${block.block_id}/${element.action_id}`,
      onclick: () => {
        if (node.getAttribute("aria-busy")) return;
        if (element.url) open(element.url, "_blank", "noopener,noreferrer");
        tell(node, ctx, block, element, element.value ?? null);
      },
    },
    textNodes(element.text),
  );
  return node;
}

function overflow(element, block, ctx) {
  const node = h(
    "button",
    {
      type: "button",
      class: "button button-icon",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": "More choices",
      "data-focus": `${block.block_id}/${element.action_id}`,
      onclick: () =>
        openMenu(
          node,
          element.options.map((option) => ({
            label: text(option.text),
            run: () => tell(node, ctx, block, element, option.value),
          })),
          "More choices",
        ),
    },
    icon("dots"),
  );
  return node;
}

// Nothing is fetched from the network: pictures from elsewhere are shown by their words.
const OURS = /^(\/(?!\/)|https?:\/\/(127\.0\.0\.1|localhost)[:/])/;

export function image(element, className) {
  const picture =
    OURS.test(element.image_url ?? "") &&
    h("img", { src: element.image_url, alt: element.alt_text, class: className });
  return (
    picture ||
    h("span", { class: "image-words", role: "img", "aria-label": element.alt_text }, element.alt_text)
  );
}

/** Any element of a section's accessory, an actions block or a context block. */
export function element(item, block, ctx) {
  if (item.type === "button") return button(item, block, ctx);
  if (item.type === "overflow") return overflow(item, block, ctx);
  if (item.type === "image") return image(item, "block-image-small");
  if (item.type === "mrkdwn" || item.type === "plain_text") return h("span", {}, textNodes(item));
  const key = `${block.block_id}/${item.action_id}`;
  const made = field(item, {
    label: text(item.placeholder) || (block.text ? text(block.text) : "Choose"),
    focusKey: key,
    kept: ctx.kept?.get(key),
    onchange: (value) => tell(made.node, ctx, block, item, value),
    ontyped: (value) => tell(made.node, ctx, block, item, value),
  });
  if (!made) return h("span", { class: "muted" }, `(${item.type})`);
  ctx.fields?.push({ ...made, element: item, block });
  return made.node;
}
