// Dates and times as the person one plays would see them, and Slack's date tokens.
import { me, person, team } from "./names.js";

const DAY = 86_400_000;

const zone = () => person(me())?.tz || "UTC";
export const teamZone = () => team()?.tz || zone();

const format = (date, options, timeZone = zone()) =>
  new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(date);

export const fromTs = (ts) => new Date(Number(ts) * 1000);
export const clockTime = (date, timeZone) =>
  format(date, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, timeZone);
export const weekday = (date, timeZone) => format(date, { weekday: "long" }, timeZone);
export const dayKey = (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" });
export const longDay = (date, timeZone) =>
  format(date, { weekday: "long", day: "numeric", month: "long" }, timeZone);
export const fullTime = (date) => `${longDay(date)} ${clockTime(date)}`;

export function dayName(date, now) {
  const names = [
    [0, "Today"],
    [-DAY, "Yesterday"],
    [DAY, "Tomorrow"],
  ];
  return (
    names.find(([shift]) => dayKey(new Date(now.getTime() + shift)) === dayKey(date))?.[1] ?? longDay(date)
  );
}

const pretty = (date, now, otherwise) =>
  ["Today", "Yesterday", "Tomorrow"].includes(dayName(date, now))
    ? dayName(date, now).toLowerCase()
    : otherwise;

const TOKENS = {
  date_num: (d) => dayKey(d).split("/").reverse().join("-"),
  date_slash: (d) => dayKey(d),
  date_long: (d) => format(d, { weekday: "long", day: "numeric", month: "long", year: "numeric" }),
  date_long_full: (d) => format(d, { day: "numeric", month: "long", year: "numeric" }),
  date: (d) => format(d, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (d) => format(d, { day: "numeric", month: "short", year: "numeric" }),
  day_divider: (d) => longDay(d),
  time: (d) => clockTime(d),
  time_secs: (d) => format(d, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
  ago: (d, now) => ago(d, now),
};

/** Slack's `{date_short_pretty} at {time}` and the like; null when a token is unknown, so that the fallback is shown. */
export function dateTokens(template, seconds, now) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  let unknown = false;
  const text = template.replace(/\{(\w+)\}/g, (_, token) => {
    const plain = token.replace(/_pretty$/, "");
    const render = TOKENS[plain];
    if (!render) unknown = true;
    const value = render?.(date, now) ?? "";
    return plain === token ? value : pretty(date, now, value);
  });
  return unknown ? null : text;
}

function ago(date, now) {
  const minutes = Math.round((now - date) / 60_000);
  const relative = new Intl.RelativeTimeFormat("en-GB", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return relative.format(-minutes, "minute");
  if (Math.abs(minutes) < 48 * 60) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

/** Seconds from `now` to the next Friday 16:00 on the wall clock of `timeZone`, also across a change to summer time. */
export function untilFriday(now, timeZone) {
  const at = (date) => {
    const parts = Object.fromEntries(
      new Intl.DateTimeFormat("en-GB", {
        timeZone,
        weekday: "short",
        hour: "2-digit",
        minute: "2-digit",
        second: "2-digit",
        hourCycle: "h23",
      })
        .formatToParts(date)
        .map(({ type, value }) => [type, value]),
    );
    const day = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(parts.weekday);
    return day * 86_400 + Number(parts.hour) * 3600 + Number(parts.minute) * 60 + Number(parts.second);
  };
  const week = 7 * 86_400;
  const goal = 4 * 86_400 + 16 * 3600;
  const guess = (goal - at(now) + week) % week || week;
  const drift = goal - at(new Date(now.getTime() + guess * 1000));
  return guess + drift;
}
