// @ts-check
// The sale of which goods come back: from the list, or by what stands on the customer's side: a code, or the link.

import { call, Refused } from "./node.js";
import * as operations from "./operation.js";
import * as recent from "./recent.js";
import { session } from "./session.js";
import { points, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */
/**
 * @typedef {{
 *   grant?: string, checkout?: string, isBasket: boolean, total?: number, eligible?: number, code?: string, what: string,
 * }} Sold
 * `total` and `eligible` in cents, where they are known.
 */

/** What is not done can't come back. */
const DONE = { sale: ["complete", "claimed", "done"], give: ["open", "pending", "claimed"], take: ["accepted"] };

/** Whether goods of it can come back: points that were given for nothing that was bought have none. @param {Operation} one */
export function isSold({ kind, id, state, body }) {
  if (id === undefined || (kind === "give" && body.eligible_cents === undefined)) return false;
  return (kind === "sale" || kind === "give" || kind === "take") && DONE[kind].includes(state ?? "");
}

/** @param {Operation} operation @returns {Sold} */
export function ofOperation(operation) {
  const { kind, id, body, code } = operation;
  const what = operations.what(operation);
  if (kind === "take") return { checkout: id, isBasket: false, code, what };
  if (kind === "give") return { grant: id, isBasket: false, code, what };
  return { grant: id, isBasket: true, total: body.total_cents, eligible: body.eligible_cents, code, what };
}

/** As codes are compared. @param {string} text */
function normal(text) {
  return text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** By a code or link that somebody typed, or why not. @param {string} typed @returns {Promise<Sold | string>} */
export async function find(typed) {
  const link = /\/([gcb])\/([A-Za-z0-9_-]{22})(?![A-Za-z0-9_-])/.exec(typed);
  if (link) return byLink(link[1], link[2]);
  const code = normal(typed);
  if (!/^[0-9A-Z]{8}$/.test(code)) return say("js-code-form");
  const known = recent.all().find((one) => isSold(one) && one.code !== undefined && normal(one.code) === code);
  if (known) return ofOperation(known);
  return session.rights.trace ? traced(code) : say("js-code-not-here");
}

/** @param {string} kind @param {string} id @returns {Promise<Sold | string>} */
async function byLink(kind, id) {
  if (kind === "b") return (await basket(id)) ?? say("js-code-unknown");
  const of = { isBasket: false, what: say(kind === "g" ? "js-sold-give" : "js-sold-take") };
  return kind === "g" ? { ...of, grant: id } : { ...of, checkout: id };
}

/** @param {string} path @returns {Promise<any>} Nothing if there is none. */
async function read(path) {
  try {
    return await call("GET", path, { token: session.token ?? "", signal: session.over.signal });
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

/** @param {string} id @returns {Promise<Sold | null>} */
async function basket(id) {
  const what = say("js-sold-sale");
  // Who rings no baskets up can't look at one either, and may still take its goods back.
  if (!session.rights.sale) return { grant: id, isBasket: true, what };
  const found = await read(`v1/baskets/${id}`);
  if (found === null) return null;
  const { total_cents: total, eligible_cents: eligible, code } = found;
  return { grant: id, isBasket: true, total, eligible, code, what };
}

/** @param {string} code @returns {Promise<Sold | string>} */
async function traced(code) {
  const answer = await read(`v1/trace/${code}`);
  const found = (answer?.found ?? []).filter((/** @type {any} */ one) => !one.of_checkout && !one.pays_back && !one.goodwill);
  const ids = new Set(found.map((/** @type {any} */ one) => one.id));
  // Two sales with one code: whoever holds the link knows which.
  if (ids.size !== 1) return say(ids.size === 0 ? "js-code-unknown" : "js-code-two");
  const [first] = found;
  const of = session.rights.sale || found.length > 1 ? await basket(first.id) : null;
  if (of !== null) return { ...of, code: answer.code };
  const what = say(first.kind === "grant" ? "js-op-give" : "js-sold-paid", { points: points(first.points) });
  const one = { isBasket: false, code: answer.code, what };
  return first.kind === "grant" ? { ...one, grant: first.id } : { ...one, checkout: first.id };
}
