// @ts-check
// The token with which the till is open. What is done with it bears its mark, so that nothing goes on under another token.

import { forget, keep, kept } from "./keep.js";
import { call, Refused } from "./node.js";

/**
 * @typedef {{sale: boolean, give: boolean, take: boolean, refund: boolean, trace: boolean}} Rights
 * @typedef {{name: string, rights: Rights}} Holder
 */

/** @type {Rights} */
const NONE = { sale: false, give: false, take: false, refund: false, trace: false };
const FORM = /^[A-Za-z0-9_-]{43}$/;

export const session = {
  /** @type {string | null} */
  token: null,
  name: "",
  rights: NONE,
  /** On all that is done with the token. */
  mark: "",
  /** Aborted when the till is closed. */
  over: new AbortController(),
};

/**
 * Whose token it is, or nothing if it is of no till here.
 * @param {string} token @param {AbortSignal} [signal] @returns {Promise<Holder | null>}
 */
export async function holder(token, signal) {
  if (!FORM.test(token)) return null;
  try {
    const { name, scopes } = await call("GET", "v1/till", { token, signal });
    const [give, take] = [scopes.includes("grant"), scopes.includes("redeem")];
    const [refund, trace] = [scopes.includes("refund"), scopes.includes("manager")];
    return { name, rights: { sale: give && take, give, take, refund, trace } };
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}

/** @param {string} token @param {Holder} of */
export function begin(token, of) {
  if (kept("token") !== token) forget();
  const mark = kept("mark") ?? random();
  keep("token", token);
  keep("mark", mark);
  Object.assign(session, { token, ...of, mark, over: new AbortController() });
}

/** Nothing of the token stays in the browser. */
export function end() {
  session.over.abort();
  forget();
  Object.assign(session, { token: null, name: "", rights: NONE, mark: "" });
}

/** Where there is no TLS, browsers have no `randomUUID`. */
export function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
