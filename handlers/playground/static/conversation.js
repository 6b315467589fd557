// The middle of the page: the head of the conversation, its messages or the app's Home tab, and the message box.
import { byTestId, h } from "./dom.js";
import { composer, hint } from "./composer.js";
import { home } from "./home.js";
import { icon, mark } from "./icons.js";
import { messageLog, surroundings } from "./log.js";
import { face, firstName, hasLeft, person } from "./names.js";
import { address } from "./route.js";
import { act, currentChannel, currentDm, page, watch } from "./store.js";

const isReply = (message) => message.thread_ts && message.thread_ts !== message.ts;

const kindOf = (channel) => {
  if (channel.together) return "A direct message of several";
  return channel.private ? "A private channel" : "A channel for everybody";
};

/** What kind of place this is, in the words its head, its message box and its emptiness need. */
function describe() {
  const channel = currentChannel();
  if (channel) {
    return {
      title: channel.name,
      glyph: icon(channel.private ? "lock" : "hash"),
      about: channel.topic || kindOf(channel),
      to: channel.together ? channel.name : `#${channel.name}`,
      empty:
        channel.name === "kudos"
          ? "Nobody has been thanked here yet. Somebody surely deserves it: you could be the first to say so."
          : `Nothing has been said in #${channel.name} yet. A friendly hello is a fine beginning.`,
    };
  }
  const dm = currentDm();
  if (!dm) {
    const who = person(page.as);
    return {
      title: hasLeft(who) ? "Gone home" : "Nowhere yet",
      glyph: null,
      about: "",
      to: "",
      empty: hasLeft(who)
        ? `${who.name} has left the company, and sees nothing here any more. Goodword thanks nobody who cannot hear it.`
        : "Choose a conversation on the left.",
    };
  }
  if (dm.with.kind === "app") {
    const { name } = page.state.app;
    return {
      title: name,
      glyph: mark("small"),
      about: "App",
      to: name,
      app: true,
      empty: `${name} writes to you here when somebody puts in a good word for you. It will come.`,
    };
  }
  const who = person(dm.with.id);
  return {
    title: who.name,
    glyph: face(who.id, who.name, "s"),
    about: [who.title, who.department, who.local_time && `${who.local_time} there`]
      .filter(Boolean)
      .join(" · "),
    to: who.name,
    empty: `Only you and ${firstName(who)} can read what is said here. Begin with something kind.`,
  };
}

function tabs(region) {
  const tab = (name, words) => {
    const chosen = page.tab === name;
    return h(
      "a",
      {
        class: "tab",
        role: "tab",
        href: address({ tab: name }),
        "aria-selected": String(chosen),
        "aria-controls": "stage",
        tabindex: chosen ? 0 : -1,
        "data-testid": `${name}-tab`,
        "data-focus": `${name}-tab`,
      },
      words,
    );
  };
  region.replaceChildren(tab("home", "Home"), tab("messages", "Messages"));
}

function turnTabs(event) {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = [...event.currentTarget.children].find((node) => node !== document.activeElement);
  event.preventDefault();
  other.click();
  other.focus();
}

export function mountConversation({ head, stage, foot }) {
  const title = h("h1", { class: "head-title" });
  const about = h("p", { class: "head-about" });
  const tabList = h("div", {
    class: "tabs",
    role: "tablist",
    "aria-label": "Parts of the app",
    onkeydown: turnTabs,
  });
  head.append(h("div", { class: "head-words" }, title, about), tabList);

  const log = messageLog({ label: "Messages", testId: "conversation" });
  const homeTab = home();
  stage.append(log.node, homeTab.node);

  const box = composer({
    target: () => ({ channel: page.at, thread: null }),
    key: () => `${page.as}/${page.at}`,
    testId: "composer",
    label: "Write a message",
  });
  const tip = hint(box);
  const joinWords = h("span", {});
  const join = h(
    "div",
    { class: "join", "data-testid": "join" },
    joinWords,
    h(
      "button",
      { type: "button", class: "button button-primary", onclick: () => act("joins", { channel: page.at }) },
      "Join",
    ),
  );
  foot.append(tip.node, box.node, join);

  let drawn = "";
  let opened = "";
  watch(() => {
    if (!page.state) return;
    const where = describe();
    const onHome = Boolean(where.app) && page.tab === "home";
    const signature = JSON.stringify([page.as, page.at, page.tab, where.title, where.about]);
    if (signature !== drawn) {
      const focused = head.contains(document.activeElement) && document.activeElement.dataset.testid;
      drawn = signature;
      title.replaceChildren(where.glyph ?? "", where.title);
      about.textContent = where.about;
      tabList.hidden = !where.app;
      tabs(tabList);
      if (focused) byTestId(focused, head)?.focus();
    }
    document.title = `${where.to || "Goodword"} · ${person(page.as)?.name ?? ""} · Goodword playground`;
    log.node.hidden = onHome;
    foot.hidden = onHome || !where.to;
    const outside = currentChannel()?.member === false;
    box.node.hidden = outside;
    join.hidden = !outside;
    joinWords.textContent = `You are looking into ${where.to} from outside.`;
    homeTab.show(onHome);
    if (!onHome)
      log.show(
        page.messages.filter((message) => !isReply(message)),
        `${page.as}/${page.at}`,
        { sentence: where.empty, salt: surroundings() },
      );
    box.sync(`Write to ${where.to}`);
    tip.sync(outside);
    arrive(where, `${page.as}/${page.at}/${page.tab}`);
  });

  /** Tell the server what the person has in front of them: once per arrival, and whenever something new was read. */
  function arrive(where, place) {
    if (where.app && opened !== place) act("opens_home", { tab: page.tab });
    opened = place;
    const unread = (currentChannel() ?? currentDm())?.unread;
    if (unread && page.tab !== "home" && document.visibilityState === "visible")
      act("reads", { channel: page.at });
  }
}
