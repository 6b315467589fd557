// What the menus of Block Kit offer: the company's people, its conversations, or the options an app gave.
import { channels, face, hasLeft, people } from "./names.js";
import { text } from "./text.js";

const userOptions = () =>
  people()
    .filter((who) => !hasLeft(who))
    .map((who) => ({
      value: who.id,
      label: who.name,
      hint: [`@${who.handle}`, who.title].filter(Boolean).join(" · "),
      face: () => face(who.id, who.name, "s"),
    }));

const channelOptions = () =>
  channels().map((channel) => ({
    value: channel.id,
    label: `#${channel.name}`,
    hint: channel.private ? "private" : "",
  }));

const staticOption = (option, group) => ({
  value: option.value,
  label: text(option.text),
  hint: option.description && text(option.description),
  group,
});

const staticOptions = (element) => () =>
  element.option_groups
    ? element.option_groups.flatMap((group) =>
        group.options.map((option) => staticOption(option, text(group.label))),
      )
    : (element.options ?? []).map((option) => staticOption(option));

const SOURCES = {
  users: () => userOptions,
  channels: () => () => channelOptions().filter((option) => option.hint !== "private"),
  conversations: () => () => [...channelOptions(), ...userOptions()],
  static: staticOptions,
  external: staticOptions,
};

/** Read the name of a select element: `multi_users_select` is many of users. Null for what is no select. */
export function selectKind(type) {
  const match = /^(multi_)?(users|channels|conversations|static|external)_select$/.exec(type);
  return match && { many: Boolean(match[1]), source: match[2] };
}

const INITIAL = {
  users: ["initial_user", "initial_users"],
  channels: ["initial_channel", "initial_channels"],
  conversations: ["initial_conversation", "initial_conversations"],
};

export function selectSetup(element) {
  const { many, source } = selectKind(element.type);
  const [one, several] = INITIAL[source] ?? ["initial_option", "initial_options"];
  const initial = many ? (element[several] ?? []) : [element[one]].filter(Boolean);
  return {
    options: SOURCES[source](element),
    chosen: initial.map((value) => value.value ?? value),
    many,
    max: element.max_selected_items,
    placeholder:
      text(element.placeholder) || { users: many ? "Choose people" : "Choose a person" }[source] || "Choose",
  };
}
