// What the page knows at this moment, and the one road by which it comes to know more.
import { Gone, fetchMessages, fetchState, listen, postAct } from "./api.js";
import { learn } from "./names.js";

export const page = {
  as: null, // the person one plays
  at: null, // the open conversation
  tab: "messages", // of the app's conversation: "home" or "messages"
  thread: null, // ts of the open thread
  state: null,
  messages: [],
  fetchedAt: 0,
  gone: false,
  notes: [], // what went wrong on this side, shown like Slack's own messages
};

const watchers = [];
export const watch = (watcher) => watchers.push(watcher);
export const redraw = () => watchers.forEach((watcher) => watcher(page));

/** The pretend time, which goes on between two answers of the server. */
export function now() {
  const start = page.state ? new Date(page.state.clock.now).getTime() : Date.now();
  return new Date(start + (page.state ? performance.now() - page.fetchedAt : 0));
}

export const currentChannel = () => page.state?.channels.find((channel) => channel.id === page.at);
export const currentDm = () => page.state?.dms.find((dm) => dm.id === page.at);
export const appDm = () => page.state?.dms.find((dm) => dm.with.kind === "app");

const isRoom = (at) => /^[CDG][A-Z0-9]+$/.test(at ?? "");

/** A place this person cannot see counts as empty; once the state is known, the address is put right. */
function unlessGone(problem) {
  if (problem instanceof Gone) throw problem;
  return [];
}

let running = null;
let again = false;

/** Fetch the state and the open conversation; calls that come while one runs share one more run. */
export function refresh() {
  if (running) {
    again = true;
    return running;
  }
  running = load().then(() => {
    running = null;
    if (!again) return null;
    again = false;
    return refresh(); // whoever waits, waits for the state of who and where one is now
  });
  return running;
}

async function load() {
  const { as, at } = page;
  try {
    const [state, messages] = await Promise.all([
      fetchState(as),
      isRoom(at) ? fetchMessages(as, at).catch(unlessGone) : [],
    ]);
    if (as !== page.as || at !== page.at) {
      again = true; // somebody moved on while this was under way
      return;
    }
    Object.assign(page, { state, messages, fetchedAt: performance.now(), gone: false });
    learn(state);
  } catch (problem) {
    report(problem);
  }
  redraw();
}

function report(problem) {
  if (problem instanceof Gone) page.gone = true;
  else note(problem.message);
}

let noteNumber = 0;

/** Say something on the page itself; the same words twice are one note. */
export function note(text) {
  if (!page.notes.some((other) => other.text === text))
    page.notes.push({ id: `note-${(noteNumber += 1)}`, text });
}

export function dropNote(id) {
  page.notes = page.notes.filter((other) => other.id !== id);
  redraw();
}

/** Do something as the person one plays. Answers {ok, error?, ...}; never throws. */
export async function act(what, args = {}) {
  let answer;
  try {
    answer = await postAct({ as: page.as, do: what, ...args });
    // What Slack itself refused it has said in a toast; what cannot be done at all is said here.
    if (!answer.ok && !("status" in answer)) note(answer.error);
  } catch (problem) {
    report(problem);
    answer = { ok: false, error: problem.message };
  }
  await refresh();
  return answer;
}

let stop = () => {};

/** Follow the changes of what `page.as` can see. */
export function follow() {
  stop();
  stop = listen(page.as, { onchanged: refresh, onlost: refresh });
}
