// The drawn icons of the page: one stroke style, all decorative (the controls carry the names).
import { svg } from "./dom.js";

const PATHS = {
  hash: ["M9 4 7 20M17 4l-2 16M4 9h16M3.5 15h16"],
  lock: ["M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  menu: ["M4 7h16M4 12h16M4 17h16"],
  close: ["M6 6l12 12M18 6 6 18"],
  chevron: ["M7 10l5 5 5-5"],
  send: ["M5 12 20 5l-5 15-3-6z", "M12 14l3.5-4"],
  smile: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01"],
  reply: ["M20 15a3 3 0 0 1-3 3H9l-5 3V7a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3z"],
  dots: ["M6 12h.01M12 12h.01M18 12h.01"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  eye: ["M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6z", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  request: ["M4 12h12M11 7l5 5-5 5", "M20 5v14"],
  transaction: [
    "M5 6c0-1.7 3-3 7-3s7 1.3 7 3-3 3-7 3-7-1.3-7-3z",
    "M5 6v12c0 1.7 3 3 7 3s7-1.3 7-3V6M5 12c0 1.7 3 3 7 3s7-1.3 7-3",
  ],
  delivery: ["M5 12 20 5l-5 15-3-6z", "M12 14l3.5-4"],
  schedule: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7.5V12l3 2"],
  clock: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M12 7.5V12l3 2"],
  sun: [
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
    "M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1",
  ],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"],
  panel: ["M4 5h16v14H4z", "M14.5 5v14"],
  down: ["M12 5v13M6.5 12.5 12 18l5.5-5.5"],
  home: ["M4 11.5 12 5l8 6.5V20H4z"],
  pencil: ["M5 19l1-4L16 5l3 3L9 18z"],
  bin: ["M5 7h14M9 7V4.5h6V7M7 7l1 13h8l1-13"],
  spark: ["M13 3 5.5 13.5H11L10 21l8-11h-5.5z"],
  warning: ["M12 4 21 19.5H3z", "M12 10v4M12 17h.01"],
};

export const icon = (name) =>
  svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    PATHS[name].map((d) => svg("path", { d, "stroke-width": name === "dots" ? 3 : null })),
  );

/** Goodword's own mark: a speech bubble that holds a heart. Also the drawing of the :kudos: emoji. */
export const mark = (kind) =>
  svg(
    "svg",
    { class: `mark mark-${kind}`, viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("path", {
      class: "mark-bubble",
      d: "M16 3.5c7.5 0 13 4.7 13 11s-5.5 11-13 11c-1.3 0-2.6-.15-3.8-.42L6 29v-6.3C4 20.7 3 17.8 3 14.5c0-6.3 5.5-11 13-11z",
    }),
    svg("path", {
      class: "mark-heart",
      d: "M16 21.2c-3.9-2.5-6.2-4.8-6.2-7.3 0-1.9 1.4-3.3 3.2-3.3 1.2 0 2.3.6 3 1.7.7-1.1 1.8-1.7 3-1.7 1.8 0 3.2 1.4 3.2 3.3 0 2.5-2.3 4.8-6.2 7.3z",
    }),
  );
