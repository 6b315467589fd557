// The left side: the workspace, who one is, the app, channels and direct messages. On a phone it is a drawer.
import { h, reconcile, step } from "./dom.js";
import { icon, mark } from "./icons.js";
import { face, hasLeft, person } from "./names.js";
import { personSwitcher } from "./person.js";
import { address } from "./route.js";
import { page, watch } from "./store.js";

function entry({ testId, id, glyph, name, unread, aside, current, muted }) {
  const news = unread > 0 && !current;
  const label = [name, muted && "not a member", news && `${unread} unread`].filter(Boolean).join(", ");
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: ["place", news && "place-news", muted && "place-muted"].filter(Boolean).join(" "),
        href: address({ at: id }),
        "aria-current": current ? "page" : null,
        "aria-label": label,
        tabindex: current ? 0 : -1,
        "data-testid": testId,
        "data-focus": id,
      },
      glyph,
      h("span", { class: "place-name" }, name),
      aside && h("span", { class: "place-aside" }, aside),
      news && h("span", { class: "place-count" }, unread > 99 ? "99+" : unread),
    ),
  );
}

const channelEntry = (item) =>
  entry({
    ...item,
    testId: `channel-${item.name}`,
    glyph: icon(item.private ? "lock" : "hash"),
    muted: !item.member,
  });

function dmEntry(item) {
  if (item.with.kind === "app")
    return entry({
      ...item,
      testId: "dm-app",
      glyph: mark("small"),
      name: page.state.app.name,
      aside: "app",
    });
  const who = person(item.with.id);
  return entry({
    ...item,
    testId: `dm-${who?.handle ?? item.with.id}`,
    glyph: face(item.with.id, who?.name, "s"),
    name: who?.name ?? item.with.id,
    aside: who?.local_time,
  });
}

/** One can write to everybody, also to those with whom nothing has been said yet: their id then stands for the place. */
function everybody(state) {
  const open = new Map(state.dms.map((dm) => [dm.with.id, dm]));
  return state.people
    .filter((who) => who.id !== state.me && !hasLeft(who))
    .map((who) => open.get(who.id) ?? { id: who.id, with: { kind: "person", id: who.id }, unread: 0 });
}

/** A titled list that follows the state. */
function section(title, render) {
  const list = h("ul", { class: "places" });
  const node = h("section", { class: "places-section" }, h("h2", {}, title), list);
  const show = (items) => {
    node.hidden = !items.length;
    const marked = items.map((item) => ({
      ...item,
      current: item.id === page.at,
      time: item.with && person(item.with.id)?.local_time,
    }));
    reconcile(list, marked, { key: ({ id }) => id, render, salt: page.as });
  };
  return { node, show };
}

function walk(event) {
  const links = [...event.currentTarget.querySelectorAll(".place")];
  const next = step(event.key, links.indexOf(document.activeElement), links.length);
  if (next < 0) return;
  event.preventDefault();
  links[next].focus();
}

export function mountSidebar(nav, { onchosen }) {
  const team = h("p", { class: "team-name" });
  const app = section("App", dmEntry);
  const channels = section("Channels", channelEntry);
  const dms = section("Direct messages", dmEntry);
  const places = h(
    "div",
    { class: "places-all", onkeydown: walk, onclick: (event) => event.target.closest("a") && onchosen() },
    app.node,
    channels.node,
    dms.node,
  );
  nav.append(
    h(
      "div",
      { class: "team" },
      mark("brand"),
      h("div", {}, team, h("p", { class: "team-about" }, "Goodword playground")),
    ),
    personSwitcher(),
    places,
    h(
      "p",
      { class: "sidebar-foot" },
      "A pretend workspace. Nobody real is written to, and nothing leaves this machine.",
    ),
  );

  watch(({ state }) => {
    if (!state) return;
    team.textContent = state.team.name;
    app.show(state.dms.filter((dm) => dm.with.kind === "app"));
    channels.show(state.channels);
    dms.show(everybody(state));
    // With nothing chosen (or a place that has gone) the list still needs one tab stop.
    if (!places.querySelector('.place[tabindex="0"]'))
      places.querySelector(".place")?.setAttribute("tabindex", "0");
  });
}
