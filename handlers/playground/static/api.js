// The few requests the page makes of the playground, and its stream of changes.

/** The playground does not answer at all, as opposed to answering with an error. */
export class Gone extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Gone("The playground does not answer.");
  }
  if (!response.ok)
    throw new Error(
      (await response.json().catch(() => null))?.error ?? `The playground answered ${response.status}.`,
    );
  return response.json();
}

const query = (params) => new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();

export const fetchState = (as) => ask(`/playground/state?${query({ as })}`);

export const fetchMessages = (as, channel) => ask(`/playground/messages?${query({ as, channel })}`);

export const postAct = (body) =>
  ask("/playground/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

/** Listen until the returned function is called. The browser reconnects by itself, and each time a change is told first. */
export function listen(as, { onchanged, onlost }) {
  const source = new EventSource(`/playground/stream?${query({ as })}`);
  source.addEventListener("changed", onchanged);
  source.addEventListener("error", onlost);
  return () => source.close();
}
