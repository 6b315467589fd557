// Block Kit blocks as DOM. `ctx` says where they stand: {surface, onAction, fields?, kept?, fallback?}.
import { h, uid } from "./dom.js";
import { chart } from "./chart.js";
import { element, image } from "./elements.js";
import { field } from "./fields.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";
import { text, textNodes } from "./text.js";

function section(block, ctx) {
  const accessory =
    block.accessory && h("div", { class: "section-accessory" }, element(block.accessory, block, ctx));
  return h(
    "div",
    { class: "block section" },
    h(
      "div",
      { class: "section-words" },
      block.text && h("div", { class: "words" }, textNodes(block.text)),
      block.fields &&
        h(
          "div",
          { class: "section-fields" },
          block.fields.map((item) => h("div", { class: "words" }, textNodes(item))),
        ),
    ),
    accessory,
  );
}

const level = { message: "h4", modal: "h3", home: "h2" };

function input(block, ctx) {
  const labelId = uid("label");
  const hintId = uid("hint");
  const errorId = uid("error");
  const key = `${block.block_id}/${block.element.action_id}`;
  const act =
    block.dispatch_action &&
    ((value) => ctx.onAction({ action_id: block.element.action_id, block_id: block.block_id, value }));
  const made = field(block.element, {
    label: text(block.label),
    describedBy: `${block.hint ? `${hintId} ` : ""}${errorId}`,
    required: !block.optional,
    optional: block.optional,
    focusKey: key,
    kept: ctx.kept?.get(key),
    onchange: act || null,
    ontyped: act || null,
  });
  if (!made) return unknown(block, ctx);
  const error = h("p", { class: "field-error", id: errorId });
  ctx.fields?.push({ ...made, element: block.element, block, error, optional: block.optional });
  return h(
    "div",
    { class: "block input-block" },
    h(
      "div",
      { class: "label", id: labelId, "aria-hidden": "true", onclick: made.focus },
      textNodes(block.label),
      block.optional && h("span", { class: "optional" }, "optional"),
    ),
    made.node,
    error,
    block.hint && h("p", { class: "hint", id: hintId }, textNodes(block.hint)),
  );
}

function tableCell(cell, tag, settings) {
  const words = cell.type === "rich_text" ? richText(cell) : (cell.text ?? cell.value ?? "");
  return h(
    tag,
    { class: settings?.align ? `align-${settings.align}` : null, scope: tag === "th" ? "col" : null },
    words,
  );
}

function table(block) {
  const [head, ...body] = block.rows;
  const settings = block.column_settings ?? [];
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      cells.map((cell, i) => tableCell(cell, tag, settings[i])),
    );
  return h(
    "div",
    { class: "block table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        body.map((cells) => row(cells, "td")),
      ),
    ),
  );
}

function picture(block) {
  return h(
    "figure",
    { class: "block picture" },
    block.title && h("figcaption", {}, textNodes(block.title)),
    image(block, "block-image"),
  );
}

const unknown = (block, ctx) =>
  h(
    "p",
    { class: "block muted" },
    ctx.fallback || `Here stands a block of the type “${block.type}”, which this page does not draw.`,
  );

const BLOCKS = {
  section,
  input,
  table,
  header: (block, ctx) => h(level[ctx.surface], { class: "block header" }, textNodes(block.text)),
  divider: () => h("hr", { class: "block" }),
  context: (block, ctx) =>
    h(
      "div",
      { class: "block context" },
      block.elements.map((item) => element(item, block, ctx)),
    ),
  actions: (block, ctx) =>
    h(
      "div",
      { class: "block actions" },
      block.elements.map((item) => element(item, block, ctx)),
    ),
  image: picture,
  rich_text: (block) => h("div", { class: "block words" }, richText(block)),
  markdown: (block) => h("div", { class: "block words markdown" }, markdown(block.text)),
  data_visualization: (block, ctx) => h("div", { class: "block" }, chart(block, ctx.fallback)),
  alert: (block) =>
    h("div", { class: `block alert alert-${block.level ?? "default"}`, role: "note" }, textNodes(block.text)),
};

export const blocks = (list, ctx) => list.map((block) => (BLOCKS[block.type] ?? unknown)(block, ctx));
