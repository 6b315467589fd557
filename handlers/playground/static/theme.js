// Light or dark: what the system prefers, until somebody here says otherwise. Loaded first, so that nothing flashes.
const KEY = "goodword.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be forbidden; then the system decides
  }
}

export const isDark = () =>
  (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

export function toggleTheme() {
  const next = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // as above: it then lasts as long as the page
  }
}

const kept = chosen();
if (kept) document.documentElement.dataset.theme = kept;
