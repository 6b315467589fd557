// What Slack (or this page) has to say about something that failed, and the banner for a playground that has stopped.
import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { act, dropNote, watch } from "./store.js";

const MOST = 3;

function toast({ id, text, own }) {
  return h(
    "div",
    { class: "toast", "data-testid": "toast" },
    icon("warning"),
    h("p", {}, text),
    h(
      "button",
      {
        type: "button",
        class: "button button-icon",
        "aria-label": "Dismiss this message",
        "data-focus": `toast-${id}`,
        onclick: () => (own ? dropNote(id) : act("dismiss_toast", { id })),
      },
      icon("close"),
    ),
  );
}

export function mountToasts(region, banner) {
  watch((page) => {
    banner.hidden = !page.gone;
    const all = [
      ...(page.state?.toasts ?? []).map((item) => ({ ...item, own: false })),
      ...page.notes.map((item) => ({ ...item, own: true })),
    ];
    reconcile(region, all.slice(-MOST), { key: (item) => `${item.own}-${item.id}`, render: toast });
  });
}
