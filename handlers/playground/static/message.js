// One message: who, when, what, its reactions, its menu, and what marks it (edited, only visible to you, pings me).
import { h, uid } from "./dom.js";
import { blocks } from "./blocks.js";
import { clockTime, fromTs, fullTime } from "./dates.js";
import { editing, editor, startEditing } from "./editing.js";
import { emoji, openPicker, plainNodes, unescapeSlack } from "./emoji.js";
import { icon } from "./icons.js";
import { ask, openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { face, me, personName } from "./names.js";
import { showThread } from "./route.js";
import { act, page, redraw } from "./store.js";

export const dismissed = new Set();

const react = (ts, name, mine) => act(mine ? "unreacts" : "reacts", { channel: page.at, ts, name });

function reaction(message, { name, users, mine }) {
  const who = users.map((id) => (id === me() ? "you" : personName(id))).join(", ");
  return h(
    "button",
    {
      type: "button",
      class: mine ? "reaction reaction-mine" : "reaction",
      "aria-pressed": String(Boolean(mine)),
      title: `${who}: :${name}:`,
      "data-testid": `reaction-${name}`,
      "data-focus": `reaction-${name}`,
      "aria-label": `${name.replaceAll("_", " ")}, ${users.length}: ${who}`,
      onclick: () => react(message.ts, name, mine),
    },
    emoji(name),
    h("span", {}, users.length),
  );
}

const pickReaction = (anchor, message) =>
  openPicker(anchor, (name) =>
    react(
      message.ts,
      name,
      message.reactions.some((given) => given.name === name && given.mine),
    ),
  );

async function remove(message) {
  const sure = await ask({
    title: "Delete this message?",
    words: "Everybody loses sight of it. Goodword hears of it too.",
    yes: "Delete",
    no: "Keep it",
    danger: true,
  });
  if (sure) act("deletes", { channel: page.at, ts: message.ts });
}

function menuEntries(message) {
  const shortcuts = message.shortcuts ?? [];
  const entries = shortcuts.map(({ name, callback_id: id }) => ({
    label: name,
    icon: icon("spark"),
    run: () => act("shortcut", { callback_id: id, channel: page.at, ts: message.ts }),
  }));
  if (message.author.id === me()) {
    if (entries.length) entries.push(null);
    entries.push({ label: "Edit message", icon: icon("pencil"), run: () => startEditing(message) });
    entries.push({ label: "Delete message", icon: icon("bin"), danger: true, run: () => remove(message) });
  }
  return entries;
}

function tools(message, inThread) {
  if (message.ephemeral || message.deleted) return null;
  const tool = (name, glyph, onclick, extra = {}) => {
    const node = h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": name,
        title: name,
        "data-focus": name,
        onclick: () => onclick(node),
        ...extra,
      },
      icon(glyph),
    );
    return node;
  };
  const entries = menuEntries(message);
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "What to do with this message" },
    tool("Add reaction", "smile", (node) => pickReaction(node, message)),
    !inThread && tool("Reply in thread", "reply", () => showThread(message.thread_ts ?? message.ts)),
    entries.length > 0 &&
      tool("More actions", "dots", (node) => openMenu(node, entries, "More actions"), {
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        "data-testid": "message-menu",
      }),
  );
}

function attachment(item, ctx) {
  const words = [item.pretext, item.title, item.text]
    .filter(Boolean)
    .map((part) => h("div", { class: "words" }, mrkdwn(part)));
  const vars = item.color ? { "--bar": item.color.startsWith("#") ? item.color : `#${item.color}` } : {};
  return h(
    "div",
    { class: "attachment", vars },
    item.blocks ? blocks(item.blocks, ctx) : words.length ? words : item.fallback,
  );
}

function body(message) {
  if (message.deleted) return h("p", { class: "muted" }, "This message was deleted.");
  if (editing.ts === message.ts) return editor(message);
  const ctx = {
    surface: "message",
    fallback: unescapeSlack(message.text ?? ""),
    onAction: (what) => act("clicks", { channel: page.at, ts: message.ts, ...what }),
  };
  return h(
    "div",
    { class: "body" },
    // What a person typed is shown from its text, as Slack's own box would have styled it.
    message.blocks?.length && message.author.kind !== "person"
      ? blocks(message.blocks, ctx)
      : h(
          "div",
          { class: "words" },
          message.mrkdwn === false ? plainNodes(message.text) : mrkdwn(message.text),
        ),
    (message.files ?? []).map(({ id, title, name }) =>
      h("p", { class: "file" }, "📎 ", h("a", { href: `/file/${id}`, target: "_blank" }, title || name)),
    ),
    (message.attachments ?? []).map((item) => attachment(item, ctx)),
    message.edited && h("span", { class: "edited" }, "(edited)"),
  );
}

function footer(message, inThread) {
  const reactions = message.reactions ?? [];
  const replies = message.reply_count;
  const add =
    reactions.length > 0 &&
    h(
      "button",
      {
        type: "button",
        class: "reaction reaction-add",
        "aria-label": "Add another reaction",
        "data-focus": "reaction-add",
        onclick: () => pickReaction(add, message),
      },
      icon("smile"),
    );
  return [
    reactions.length > 0 &&
      h(
        "div",
        { class: "reactions" },
        reactions.map((given) => reaction(message, given)),
        add,
      ),
    !inThread &&
      replies > 0 &&
      h(
        "button",
        {
          type: "button",
          class: "replies",
          "data-testid": "replies",
          "data-focus": "replies",
          onclick: () => showThread(message.ts),
        },
        icon("reply"),
        `${replies} ${replies === 1 ? "reply" : "replies"}`,
      ),
  ];
}

function onlyYou(message) {
  const hide = () => {
    dismissed.add(message.ts);
    redraw();
  };
  return h(
    "div",
    { class: "only-you" },
    icon("eye"),
    h("span", {}, "Only visible to you"),
    h(
      "button",
      {
        type: "button",
        class: "text-button",
        "data-focus": "dismiss",
        "aria-label": "Dismiss the message only visible to you",
        onclick: hide,
      },
      "Dismiss",
    ),
  );
}

/** `item` is a message with `compact` (same author just before) added by whoever lays out the list. */
export function messageNode(item, inThread = false) {
  const at = fromTs(item.ts);
  const nameId = uid("by");
  const kinds = [item.compact && "compact", item.ephemeral && "ephemeral", item.pings_me && "pings-me"];
  const time = h("time", { class: "time", datetime: at.toISOString(), title: fullTime(at) }, clockTime(at));
  const who = h(
    "p",
    { class: item.compact ? "who unseen" : "who", id: nameId },
    h("strong", {}, item.author.name),
    item.author.kind !== "person" && h("span", { class: "tag" }, "app"),
    item.compact ? h("span", {}, clockTime(at)) : time,
    item.pings_me && h("span", { class: "unseen" }, "mentions you"),
  );
  return h(
    "article",
    {
      class: ["message", ...kinds.filter(Boolean)].join(" "),
      tabindex: -1,
      "aria-labelledby": nameId,
      "data-ts": item.ts,
      "data-testid": item.ephemeral ? "ephemeral" : "message",
    },
    item.compact ? h("span", { class: "gutter" }, time) : face(item.author.id, item.author.name),
    h("div", { class: "content" }, item.ephemeral && onlyYou(item), who, body(item), footer(item, inThread)),
    tools(item, inThread),
  );
}
