// How much is still to be said, and to be delivered: what waits is seen to wait, and not to be lost.
import { h } from "./dom.js";
import { watch } from "./store.js";

const some = (count, one, many) => (count === 1 ? `one ${one}` : `${count} ${many}`);

function words({ still_to_say: say, still_to_deliver: deliver }) {
  const parts = [];
  if (say) parts.push(`${some(say, "message", "messages")} still to be said`);
  if (deliver) parts.push(`${some(deliver, "event", "events")} that Slack will deliver again`);
  if (!parts.length) return "Everything has been said.";
  const said = parts.join(", ");
  return `${said[0].toUpperCase()}${said.slice(1)}.`;
}

export function gauge() {
  const line = h("p", { class: "panel-section gauge", role: "status", "data-testid": "gauge" });
  watch(({ state }) => {
    if (!state) return;
    // Where nothing tells of the outbox there is nothing to show.
    line.hidden = state.still_to_say === null && !state.still_to_deliver;
    const said = words(state);
    if (line.textContent !== said) line.textContent = said;
    line.classList.toggle("gauge-waiting", Boolean(state.still_to_say || state.still_to_deliver));
  });
  return line;
}
