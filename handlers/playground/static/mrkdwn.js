// Slack's mrkdwn as DOM nodes. Everything becomes text nodes and known elements; nothing is ever parsed as HTML.
import { h } from "./dom.js";
import { dateTokens } from "./dates.js";
import { emoji, unescapeSlack } from "./emoji.js";
import { broadcastMention, channelMention, groupMention, userMention } from "./names.js";
import { now } from "./store.js";

const SAFE = /^(https?:|mailto:|tel:)/i;

export function link(url, ...label) {
  const words = label.length ? label : [url.replace(/^mailto:/, "")];
  return SAFE.test(url)
    ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...words)
    : h("span", {}, ...words);
}

/** A date in the words of its format, or the fallback where the format is not understood. */
export function dateNode(template, seconds, fallback, url) {
  const text = dateTokens(template, Number(seconds), now());
  if (text === null) return document.createTextNode(fallback ?? "");
  const node = h("time", { datetime: new Date(seconds * 1000).toISOString(), title: fallback }, text);
  return url ? link(url, node) : node;
}

/** What stands between < and >, in the order Slack advises: channel, user, special, and otherwise a link. */
function angle(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : inner.slice(bar + 1);
  if (target.startsWith("#C") || target.startsWith("#G")) return channelMention(target.slice(1), label);
  if (/^@[UW]/.test(target)) return userMention(target.slice(1));
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (/^!(channel|here|everyone)$/.test(target)) return broadcastMention(target.slice(1));
  if (target.startsWith("!date^")) {
    const [, seconds, template, url] = target.split("^");
    return dateNode(unescapeSlack(template ?? ""), seconds, unescapeSlack(label), url);
  }
  if (target.startsWith("!")) return document.createTextNode(unescapeSlack(label || target));
  return link(unescapeSlack(target), ...(label ? inline(label) : []));
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-\d)?):|([*_~])/g;

/** Where the style that opens at `start` closes: the mark must hug the words and not sit inside one. */
function closing(text, start, mark) {
  const before = text[start - 1] ?? " ";
  const after = text[start + 1] ?? " ";
  if (WORD.test(before) || /\s/.test(after) || after === mark) return -1;
  for (let end = start + 2; end < text.length; end += 1) {
    if (text[end] === "\n") return -1;
    if (text[end] === mark && !/\s/.test(text[end - 1]) && !WORD.test(text[end + 1] ?? " ")) return end;
  }
  return -1;
}

/** One run of text without block structure. */
function inline(text) {
  const nodes = [];
  let done = 0;
  const upTo = (index) => {
    if (index > done) nodes.push(...lines(unescapeSlack(text.slice(done, index))));
  };
  const pattern = new RegExp(TOKEN); // a copy, because `inline` calls itself and the position is the pattern's own
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [whole, special, code, name, mark] = match;
    let node = null;
    let end = match.index + whole.length;
    if (special) node = angle(special);
    else if (code) node = h("code", {}, unescapeSlack(code));
    else if (name) node = emoji(name);
    else {
      const close = closing(text, match.index, mark);
      if (close < 0) continue;
      node = h(STYLES[mark], {}, inline(text.slice(match.index + 1, close)));
      end = close + 1;
    }
    upTo(match.index);
    nodes.push(node);
    done = end;
    pattern.lastIndex = end;
  }
  upTo(text.length);
  return nodes;
}

const lines = (text) => text.split("\n").flatMap((line, i) => (i ? [h("br"), line] : [line]));

/** Lines that begin with > become quotes; the others stay paragraphs with their line breaks. */
function quotes(text) {
  const parts = [];
  for (const line of text.split("\n")) {
    const quoted = /^(?:>|&gt;)\s?/.exec(line);
    const last = parts.at(-1);
    const words = quoted ? line.slice(quoted[0].length) : line;
    if (last && last.quoted === Boolean(quoted)) last.lines.push(words);
    else parts.push({ quoted: Boolean(quoted), lines: [words] });
  }
  return parts.flatMap(({ quoted, lines: rows }, i) => {
    const nodes = inline(rows.join("\n"));
    if (quoted) return [h("blockquote", {}, nodes)];
    return i || rows.length > 1 || rows[0] ? [h("span", { class: "run" }, nodes)] : [];
  });
}

/** A whole mrkdwn text. */
export function mrkdwn(text) {
  const parts = (text ?? "").split(/```\n?([\s\S]*?)\n?```\n?/);
  return parts.flatMap((part, i) => {
    if (i % 2) return [h("pre", {}, unescapeSlack(part))];
    return part ? quotes(i + 1 < parts.length ? part.replace(/\n$/, "") : part) : [];
  });
}
