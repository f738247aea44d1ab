// @ts-check
// What this browser keeps for the till: the token, the operation in hand, the last ten. Shops that lie under different
// paths of one host do not share it.

export const prefix = `ronde.till:${location.pathname}:`;
/** What is of the browser, and of no token. */
const OF_THE_BROWSER = new Set(["sound"]);

/** @param {string} name @returns {any} */
export function kept(name) {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {string} name @param {any} value Nothing forgets it. */
export function keep(name, value) {
  try {
    if (value === null || value === undefined) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the till works until it is closed.
  }
}

/** Forgets all that was of a token, whatever it is called. */
export function forget() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix));
    for (const name of names) if (!OF_THE_BROWSER.has(name.slice(prefix.length))) localStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}
