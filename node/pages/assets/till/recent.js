// @ts-check
// The last ten operations of this till, kept in this browser alone. No name, no balance: the till has none.

import { keep, kept } from "./keep.js";
import { Refused } from "./node.js";
import * as operations from "./operation.js";
import { get } from "./screen.js";
import { session } from "./session.js";
import { clock, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */
/**
 * @typedef {{
 *   say: string, of: string, allowed: (operation: Operation) => boolean, press: (operation: Operation) => void,
 * }} Deed
 */

const MOST = 10;
/** @type {Deed[]} What can be done with one that is in the list. */
let deeds = [];

/** @returns {Operation[]} The newest first; none of another token. */
export const all = () => (kept("recent") ?? []).filter((/** @type {Operation} */ { by }) => by === session.mark);

/** @param {Operation} operation */
export function put(operation) {
  const others = all().filter((other) => other.key !== operation.key);
  const rows = [operations.plain(operation), ...others].sort((a, b) => b.at - a.at);
  keep("recent", rows.slice(0, MOST));
}

/** @param {Deed[]} can */
export function offer(can) {
  deeds = can;
}

export function show() {
  const rows = session.token === null ? [] : all();
  get("recent-none").hidden = rows.length > 0;
  get("recent").replaceChildren(...rows.map(row));
}

/** @param {Operation} operation */
function row(operation) {
  const item = document.createElement("li");
  const told = document.createElement("div");
  const first = document.createElement("span");
  first.textContent = operations.what(operation);
  const second = document.createElement("span");
  second.className = "when";
  const code = operation.code === undefined ? "" : ` · ${operation.code}`;
  second.textContent = `${clock(operation.at)} · ${operations.sign(operation)} ${operations.state(operation)}${code}`;
  told.append(first, second);
  const buttons = document.createElement("div");
  buttons.className = "deeds";
  for (const deed of deeds) if (deed.allowed(operation)) buttons.append(button(deed, operation));
  item.append(told, buttons);
  return item;
}

/** @param {Deed} deed @param {Operation} operation */
function button(deed, operation) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = say(deed.say);
  const what = `${operations.what(operation)}, ${operations.state(operation)}`;
  button.setAttribute("aria-label", say(deed.of, { what }));
  button.addEventListener("click", () => deed.press(operation));
  return button;
}

/** Looks once more at what was put aside before it was decided. @param {string} token @param {AbortSignal} signal */
export async function lookAgain(token, signal) {
  for (const operation of all().filter((other) => other.id !== undefined && operations.isWatched(other))) {
    try {
      await operations.look(operation, token, signal);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      // The node does not know it any more: there is nothing to look at.
      delete operation.id;
    }
    if (signal.aborted) return;
    put(operation);
  }
}
