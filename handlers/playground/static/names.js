// Who is who: looking up people, channels and groups of the state, and drawing mentions and faces of them.
import { h } from "./dom.js";
import { mark } from "./icons.js";

const known = { me: null, team: null, people: new Map(), channels: new Map(), groups: new Map(), app: null };

export function learn(state) {
  known.me = state.me;
  known.app = state.app;
  known.team = state.team;
  for (const kind of ["people", "channels", "groups"])
    known[kind] = new Map(state[kind].map((item) => [item.id, item]));
}

export const me = () => known.me;
export const team = () => known.team;
export const person = (id) => known.people.get(id);
export const people = () => [...known.people.values()];
export const hasLeft = (who) => who?.status === "deactivated";
export const channels = () => [...known.channels.values()];
export const groups = () => [...known.groups.values()];
const isApp = (id) => Boolean(known.app) && [known.app.id, known.app.bot_user, known.app.bot_id].includes(id);
export const personName = (id) => person(id)?.name ?? (isApp(id) ? known.app.name : id);
export const channelName = (id) => known.channels.get(id)?.name ?? id;
export const firstName = (who) => who.name.split(" ")[0];

const chip = (text, mine, title) =>
  h("span", { class: mine ? "mention mention-me" : "mention", title }, text);

export function userMention(id) {
  const who = person(id);
  const about = who && [who.title, who.department].filter(Boolean).join(" · ");
  return chip(`@${personName(id)}`, id === known.me, about);
}

export function groupMention(id, label) {
  const group = known.groups.get(id);
  const members = group?.members ?? [];
  return chip(
    `@${group?.handle ?? (label?.replace(/^@/, "") || id)}`,
    members.includes(known.me),
    members.map(personName).join(", "),
  );
}

export const channelMention = (id, label) =>
  chip(`#${known.channels.get(id)?.name ?? (label || "a private channel")}`, false);

export const broadcastMention = (range) => chip(`@${range}`, true);

const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join("")
    .toUpperCase();

const luminance = (rgb) => {
  const [r, g, b] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** The person's colour, deepened until white letters on it can be read (4.5 : 1). */
function ground(colour) {
  let rgb = (/^#?(..)(..)(..)$/.exec(colour) ?? [0, "66", "77", "70"])
    .slice(1)
    .map((part) => parseInt(part, 16) / 255);
  while (luminance(rgb) > 0.183) rgb = rgb.map((part) => part * 0.96);
  return `rgb(${rgb.map((part) => Math.round(part * 255)).join(" ")})`;
}

/** A face: initials on the person's colour; the app has its mark. */
export function face(id, name = personName(id), size = "m") {
  if (isApp(id))
    return h("span", { class: `face face-${size} face-app`, "aria-hidden": "true" }, mark("app"));
  const vars = { "--face": ground(person(id)?.colour) };
  return h("span", { class: `face face-${size}`, "aria-hidden": "true", vars }, initials(name));
}
