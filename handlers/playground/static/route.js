// Who and where, kept in the address (#as=U..&at=C..&tab=home), so that a reload or a link comes back to the same place.
import { fetchMessages } from "./api.js";
import { appDm, follow, page, redraw, refresh } from "./store.js";

export function address({ as = page.as, at = page.at, tab = "messages", thread = null }) {
  const params = new URLSearchParams({ as, at: at ?? "" });
  if (tab === "home") params.set("tab", "home");
  if (thread) params.set("thread", thread);
  return `#${params}`;
}

export function go(place) {
  location.hash = address(place);
}

/** Close or open a thread beside the conversation without leaving it. */
export const showThread = (thread) => go({ at: page.at, tab: page.tab, thread });

function read() {
  const params = new URLSearchParams(location.hash.slice(1));
  return {
    as: params.get("as"),
    at: params.get("at") || null,
    tab: params.get("tab") === "home" ? "home" : "messages",
    thread: params.get("thread"),
  };
}

/** The conversation an address means: by id, "app", a channel's name, or a person by id or handle. */
async function resolve(at) {
  const { state } = page;
  const rooms = [...state.channels, ...state.dms];
  const found =
    rooms.find(({ id }) => id === at) ??
    (at === "app" ? appDm() : state.channels.find(({ name }) => name === at));
  if (found || !at) return found?.id;
  const who = state.people.find(({ id, handle }) => (id === at || handle === at) && id !== page.as);
  if (!who) return undefined;
  const dm = () => page.state.dms.find(({ with: other }) => other.id === who.id);
  if (!dm()) {
    await fetchMessages(page.as, who.id).catch(() => null); // looking at it is what opens it
    await refresh();
  }
  return dm()?.id;
}

/** Where to begin when the address names no conversation, or one this person cannot see. */
const beginning = ({ channels }) =>
  (channels.find(({ name }) => name === "kudos") ?? channels.find(({ member }) => member) ?? appDm())?.id ??
  null;

let arrivals = 0;

async function arrive() {
  const arrival = (arrivals += 1);
  const wanted = read();
  const newPerson = wanted.as !== page.as || !page.state;
  const newPlace = wanted.at !== page.at;
  Object.assign(page, wanted);
  if (!newPerson && !newPlace) {
    redraw();
    return;
  }
  page.messages = [];
  await refresh();
  if (!page.state || arrival !== arrivals) return;
  page.as = page.state.me;
  const at = (await resolve(page.at)) ?? beginning(page.state);
  if (arrival !== arrivals) return; // somebody went on while this was being found out
  if (at !== page.at) Object.assign(page, { at, thread: null });
  history.replaceState(null, "", address({ as: page.as, at, tab: page.tab, thread: page.thread }));
  if (at !== wanted.at) await refresh();
  if (newPerson) follow();
}

export function start() {
  addEventListener("hashchange", arrive);
  return arrive();
}
