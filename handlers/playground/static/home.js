// The app's Home tab. Drawn again only when the app published something else, so that half-filled fields stay.
import { h, swap } from "./dom.js";
import { blocks } from "./blocks.js";
import { surroundings } from "./log.js";
import { act, page } from "./store.js";

const KIND = "Goodword has nothing here for you yet. It will, as soon as it has heard of you.";

export function home() {
  const node = h("div", {
    class: "home",
    id: "home",
    role: "tabpanel",
    "aria-label": "Home",
    "data-testid": "home",
  });
  let sheet = h("div", { class: "home-sheet" });
  let drawn = null;
  node.append(sheet);

  function show(visible) {
    node.hidden = !visible;
    if (!visible) return;
    const view = page.state.home;
    const signature = surroundings() + JSON.stringify(view?.blocks ?? null);
    if (signature === drawn) return;
    drawn = signature;
    const ctx = { surface: "home", onAction: (what) => act("clicks", { view_id: view.id, ...what }) };
    const fresh = h(
      "div",
      { class: "home-sheet" },
      view?.blocks?.length ? blocks(view.blocks, ctx) : h("p", { class: "empty" }, KIND),
    );
    swap(sheet, fresh);
    sheet = fresh;
  }
  return { node, show };
}
