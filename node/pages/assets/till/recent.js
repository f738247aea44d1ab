// @ts-check
// The last ten operations of this till, kept in this browser alone. No name, no balance: the till has none.

import { keep, kept } from "./keep.js";
import { Refused } from "./node.js";
import * as operations from "./operation.js";
import { clock, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

const MOST = 10;
const list = /** @type {HTMLOListElement} */ (document.getElementById("recent"));
const none = /** @type {HTMLElement} */ (document.getElementById("recent-none"));

/** @returns {Operation[]} The newest first. */
export const all = () => kept("recent") ?? [];

/** @param {Operation} operation */
export function put(operation) {
  const { link, qr, ...plain } = operation;
  const others = all().filter((other) => other.key !== operation.key);
  keep("recent", [plain, ...others].sort((a, b) => b.at - a.at).slice(0, MOST));
}

/** @param {(operation: Operation) => void} refund @param {boolean} allowed */
export function show(refund, allowed) {
  const rows = all();
  none.hidden = rows.length > 0;
  list.replaceChildren(...rows.map((operation) => row(operation, refund, allowed)));
}

/** @param {Operation} operation @param {(operation: Operation) => void} refund @param {boolean} allowed */
function row(operation, refund, allowed) {
  const item = document.createElement("li");
  const first = document.createElement("span");
  first.textContent = operations.what(operation);
  const second = document.createElement("span");
  second.className = "when";
  second.textContent = `${clock(operation.at)} · ${operations.sign(operation)} ${operations.state(operation)}`;
  item.append(first, second);
  if (allowed && operation.kind === "take" && operation.state === "accepted" && operation.points) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = say("js-refund");
    button.setAttribute("aria-label", say("js-refund-of", { what: operations.state(operation) }));
    button.addEventListener("click", () => refund(operation));
    item.append(button);
  }
  return item;
}

/** Looks once more at what was put aside before it was decided. @param {string} token @param {AbortSignal} signal */
export async function lookAgain(token, signal) {
  for (const operation of all().filter((other) => other.id !== undefined && operations.isOpen(other))) {
    try {
      await operations.look(operation, token, signal);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404) throw error;
      // The node does not know it any more: there is nothing to look at.
      delete operation.id;
    }
    put(operation);
  }
}
