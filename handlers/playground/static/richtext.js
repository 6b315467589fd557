// The `rich_text` block: sections, quotes, lists and preformatted text, as Slack's own message box makes them.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { dateNode, link } from "./mrkdwn.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./names.js";

const PIECES = {
  text: (e) => e.text.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line])),
  user: (e) => userMention(e.user_id),
  usergroup: (e) => groupMention(e.usergroup_id),
  channel: (e) => channelMention(e.channel_id),
  broadcast: (e) => broadcastMention(e.range),
  emoji: (e) => emoji(e.name),
  link: (e) => link(e.url, e.text || e.url),
  date: (e) => dateNode(e.format, e.timestamp, e.fallback, e.url),
  color: (e) => h("span", { class: "swatch", vars: { "--swatch": e.value } }, e.value),
};

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
  ["underline", "u"],
];

function piece(element) {
  const nodes = [PIECES[element.type]?.(element) ?? element.text ?? element.fallback ?? ""];
  return STYLES.reduce(
    (inner, [style, tag]) => (element.style?.[style] ? [h(tag, {}, inner)] : inner),
    nodes,
  );
}

const pieces = (part) => part.elements.map(piece);
const plain = (part) => part.elements.map((e) => e.text ?? e.url ?? "").join("");

function listNode(part) {
  const vars = { "--indent": part.indent ?? 0 };
  const start = part.style === "ordered" && part.offset ? part.offset + 1 : null;
  const attributes = { class: part.border ? "rt-list rt-border" : "rt-list", vars, start };
  return h(
    part.style === "ordered" ? "ol" : "ul",
    attributes,
    part.elements.map((item) => h("li", {}, pieces(item))),
  );
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rt-section" }, pieces(part)),
  rich_text_quote: (part) => h("blockquote", {}, pieces(part)),
  rich_text_preformatted: (part) => h("pre", {}, plain(part)),
  rich_text_list: listNode,
};

export const richText = (block) => block.elements.map((part) => PARTS[part.type]?.(part) ?? null);
