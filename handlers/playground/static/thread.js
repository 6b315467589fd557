// The thread beside the conversation: the message it hangs on, the replies, and a box to answer in.
import { h } from "./dom.js";
import { composer } from "./composer.js";
import { icon } from "./icons.js";
import { messageLog, surroundings } from "./log.js";
import { showThread } from "./route.js";
import { page, watch } from "./store.js";

export function mountThread(region) {
  const log = messageLog({ label: "Replies", testId: "thread-log", inThread: true });
  const box = composer({
    target: () => ({ channel: page.at, thread: page.thread }),
    key: () => `${page.as}/${page.at}/${page.thread}`,
    testId: "thread-composer",
    label: "Reply in the thread",
  });
  const close = () => {
    const from = page.thread;
    showThread(null);
    document.querySelector(`#stage [data-ts="${from}"]`)?.focus();
  };
  region.append(
    h(
      "header",
      { class: "side-head" },
      h("h2", {}, "Thread"),
      h(
        "button",
        { type: "button", class: "button button-icon", "aria-label": "Close the thread", onclick: close },
        icon("close"),
      ),
    ),
    log.node,
    h("div", { class: "foot" }, box.node),
  );
  region.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) close();
  });

  let open = null;
  watch(() => {
    if (!page.state) return;
    region.hidden = !page.thread;
    document.body.classList.toggle("thread-open", Boolean(page.thread));
    if (page.thread) {
      const messages = page.messages.filter(
        (message) => message.ts === page.thread || message.thread_ts === page.thread,
      );
      log.show(messages, `${page.as}/${page.at}/${page.thread}`, {
        sentence: "This thread has gone.",
        salt: surroundings(),
      });
      box.sync("Reply");
      if (open !== page.thread) box.focus();
    }
    open = page.thread;
  });
}
