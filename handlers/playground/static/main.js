// Puts the parts of the page together and starts them.
import { h, remembered } from "./dom.js";
import { activity } from "./activity.js";
import { clock } from "./clock.js";
import { mountConversation } from "./conversation.js";
import { faults } from "./faults.js";
import { gauge } from "./gauge.js";
import { icon } from "./icons.js";
import { mountModals } from "./modal.js";
import { start } from "./route.js";
import { mountSidebar } from "./sidebar.js";
import { refresh } from "./store.js";
import { isDark, toggleTheme } from "./theme.js";
import { mountThread } from "./thread.js";
import { mountToasts } from "./toasts.js";

const part = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 760px)");
const roomForPanel = matchMedia("(min-width: 1100px)");

const iconButton = (name, label, extra) =>
  h("button", { type: "button", class: "button button-icon", "aria-label": label, ...extra }, icon(name));

const SIDES = [];

/** Something at the side that opens and closes: a column where there is room, otherwise over the page with a veil. */
function side(region, name, { isOverlay, opener }) {
  const isOpen = () => document.body.classList.contains(`${name}-open`);
  function set(open) {
    document.body.classList.toggle(`${name}-open`, open);
    opener.setAttribute("aria-expanded", String(open));
    opener.setAttribute("aria-label", `${open ? "Hide" : "Show"} ${opener.dataset.what}`);
    settleInert();
  }
  const made = { region, set, isOpen, isOverlay, opener };
  SIDES.push(made);
  return made;
}

const overlay = () => SIDES.find(({ isOpen, isOverlay }) => isOpen() && isOverlay());

/** What is closed cannot be reached, and neither can what lies under an open drawer or sheet. */
function settleInert() {
  const over = overlay();
  for (const { region, isOpen } of SIDES) region.inert = over ? over.region !== region : !isOpen();
  part("main").inert = part("thread").inert = Boolean(over);
}

document.addEventListener("keydown", (event) => {
  const over = event.key === "Escape" && !event.defaultPrevented && overlay();
  if (!over) return;
  over.set(false);
  over.opener.focus();
});

function mountSides() {
  const menu = iconButton("menu", "Show the conversations", {
    class: "button button-icon only-narrow",
    "data-what": "the conversations",
    "aria-controls": "sidebar",
    "data-testid": "menu",
  });
  const panelButton = iconButton("panel", "", {
    class: "button button-icon panel-toggle",
    "data-what": "what Goodword did",
    "aria-controls": "panel",
    "data-testid": "panel-toggle",
  });
  const drawer = side(part("sidebar"), "drawer", { isOverlay: () => narrow.matches, opener: menu });
  const panel = side(part("panel"), "panel", { isOverlay: () => !roomForPanel.matches, opener: panelButton });
  menu.addEventListener("click", () => {
    drawer.set(true);
    part("sidebar").querySelector("button, a").focus();
  });
  panelButton.addEventListener("click", () => {
    panel.set(!panel.isOpen());
    if (roomForPanel.matches) remembered.set("panel", panel.isOpen() ? "open" : "closed");
    else part("panel").querySelector("button").focus();
  });
  part("veil").addEventListener("click", () => {
    if (narrow.matches) drawer.set(false);
    if (!roomForPanel.matches) panel.set(false);
  });
  const settle = () => {
    drawer.set(!narrow.matches);
    panel.set(roomForPanel.matches && remembered.get("panel", "open") === "open");
  };
  narrow.addEventListener("change", settle);
  roomForPanel.addEventListener("change", settle);
  settle();
  const closePanel = iconButton("close", "Hide what Goodword did", {
    onclick: () => {
      panelButton.click();
      panelButton.focus();
    },
  });
  return { menu, panelButton, closePanel, closeDrawer: () => narrow.matches && drawer.set(false) };
}

function themeButton() {
  const button = iconButton("moon", "", {
    "data-testid": "theme",
    onclick: () => {
      toggleTheme();
      show();
    },
  });
  const show = () => {
    button.replaceChildren(icon(isDark() ? "sun" : "moon"));
    button.setAttribute("aria-label", isDark() ? "Use the light colours" : "Use the dark colours");
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  show();
  return button;
}

const sides = mountSides();
const head = part("head");
head.append(sides.menu);
mountSidebar(part("sidebar"), { onchosen: sides.closeDrawer });
mountConversation({ head, stage: part("stage"), foot: part("foot") });
head.append(h("div", { class: "head-buttons" }, themeButton(), sides.panelButton));
mountThread(part("thread"));
part("panel").append(
  h("header", { class: "side-head" }, h("h2", {}, "What Goodword did"), sides.closePanel),
  clock(),
  gauge(),
  faults(),
  activity(),
);
mountModals();
mountToasts(part("toasts"), part("gone"));

part("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says who and where one is; a skip must not change it
  (document.querySelector("#foot:not([hidden]) textarea") ?? part("main")).focus();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

start();
