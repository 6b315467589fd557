// The `markdown` block: standard Markdown (headings, lists, quotes, code, tables, emphasis, links) as DOM nodes.
import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link } from "./mrkdwn.js";

const INLINE = [
  [/^\\([\\`*_{}[\]()#+.!~|>-])/, (m) => [m[1]]],
  [/^`([^`]+)`/, (m) => [h("code", {}, m[1])]],
  [/^(\*\*|__)(?=\S)(.+?)(?<=\S)\1/s, (m) => [h("strong", {}, spans(m[2]))]],
  [/^~~(?=\S)(.+?)(?<=\S)~~/s, (m) => [h("s", {}, spans(m[1]))]],
  [/^([*_])(?=\S)(.+?)(?<=\S)\1(?![\p{L}\p{N}])/su, (m) => [h("em", {}, spans(m[2]))]],
  [/^!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)/, (m) => [link(m[2], ...spans(m[1]))]],
  [/^<(https?:[^>\s]+)>/, (m) => [link(m[1])]],
  [/^:([a-z0-9_+-]+):/, (m) => [emoji(m[1])]],
  [/^(?: {2,})?\n/, () => [h("br")]],
];

function spans(text) {
  const nodes = [];
  let words = "";
  for (let rest = text; rest;) {
    const inWord = rest[0] === "_" && /[\p{L}\p{N}]$/u.test(words); // snake_case is no emphasis
    const hit =
      !inWord && INLINE.map(([pattern, make]) => [pattern.exec(rest), make]).find(([match]) => match);
    if (hit) {
      nodes.push(words, ...hit[1](hit[0]));
      words = "";
      rest = rest.slice(hit[0][0].length);
    } else {
      words += rest[0];
      rest = rest.slice(1);
    }
  }
  return [...nodes, words].filter((node) => node !== "");
}

const cells = (row) =>
  row
    .replace(/^\s*\||\|\s*$/g, "")
    .split("|")
    .map((cell) => cell.trim());

function table(rows) {
  const [head, , ...body] = rows.map(cells);
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((cell) => h("th", { scope: "col" }, spans(cell))),
        ),
      ),
      h(
        "tbody",
        {},
        body.map((row) =>
          h(
            "tr",
            {},
            row.map((cell) => h("td", {}, spans(cell))),
          ),
        ),
      ),
    ),
  );
}

const LIST = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

function list(rows) {
  const ordered = /\d/.test(LIST.exec(rows[0])[2]);
  const items = [];
  for (const row of rows) {
    const [, indent, , words] = LIST.exec(row);
    if (indent.length >= 2 && items.length) items.at(-1).inner.push(row.slice(2));
    else items.push({ words, inner: [] });
  }
  return h(
    ordered ? "ol" : "ul",
    {},
    items.map(({ words, inner }) => h("li", {}, spans(words), inner.length > 0 && list(inner))),
  );
}

/** The kinds of paragraph: what a first line looks like, how long it goes on, what it becomes. */
const KINDS = [
  {
    first: /^#{1,6}\s/,
    more: () => false,
    make: ([row]) =>
      h("p", { class: `md-h md-h${/^#+/.exec(row)[0].length}` }, spans(row.replace(/^#+\s+/, ""))),
  },
  { first: /^(?:-{3,}|\*{3,})\s*$/, more: () => false, make: () => h("hr") },
  {
    first: /^>/,
    more: (row) => /^>/.test(row),
    make: (rows) => h("blockquote", {}, spans(rows.map((row) => row.replace(/^>\s?/, "")).join("\n"))),
  },
  { first: LIST, more: (row) => LIST.test(row), make: list },
];
const TEXT = {
  more: (row) => row.trim() && !KINDS.some(({ first }) => first.test(row)),
  make: (rows) => h("p", {}, spans(rows.join("\n"))),
};
const TABLE = { more: (row) => row.includes("|"), make: table };

function kindOf(rows, i) {
  if (rows[i].includes("|") && /^[\s|:-]+-[\s|:-]*$/.test(rows[i + 1] ?? "")) return TABLE;
  return KINDS.find(({ first }) => first.test(rows[i])) ?? TEXT;
}

function paragraphs(text) {
  const rows = text.split("\n");
  const nodes = [];
  for (let i = 0; i < rows.length;) {
    if (!rows[i].trim()) {
      i += 1;
      continue;
    }
    const kind = kindOf(rows, i);
    let end = i + 1;
    while (end < rows.length && kind.more(rows[end])) end += 1;
    nodes.push(kind.make(rows.slice(i, end)));
    i = end;
  }
  return nodes;
}

export function markdown(text) {
  return text
    .split(/^```[^\n]*\n([\s\S]*?)^```\s*$/m)
    .flatMap((part, i) => (i % 2 ? [h("pre", {}, part.replace(/\n$/, ""))] : paragraphs(part)));
}
