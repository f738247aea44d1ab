// @ts-check
// One thing that the till does: it is kept before it is sent, sent until the node has it, and watched until it is decided.
// After a reload it goes on from what was kept.

import { call, pause, Refused } from "./node.js";
import { euros, points, say } from "./texts.js";

/**
 * @typedef {{
 *   kind: "give" | "take" | "refund", path: string, body: any, key: string, at: number,
 *   id?: string, link?: string, qr?: string, state?: string, points?: number, expires?: string,
 * }} Operation
 */

/** Seconds for which the node holds its answer while nothing changes. */
const WAIT = 25;
/** Seconds between two looks at a grant: while the customer stands there, and later. */
const LOOK = 0.4;
const LOOK_LATER = 3;
/** Milliseconds for which a customer stands there. */
const STANDS = 90_000;
const OPEN = new Set(["open", "presented", "pending"]);

/** @type {Record<string, "calm" | "good" | "fair" | "bad">} */
const TONES = {
  open: "calm",
  presented: "calm",
  pending: "fair",
  claimed: "good",
  accepted: "good",
  cancelled: "fair",
  expired: "fair",
  refused: "bad",
  accepted_late: "bad",
};
const SIGNS = { calm: "◷", good: "✓", fair: "!", bad: "✕" };

/** @param {"give" | "take" | "refund"} kind @param {any} body @returns {Operation} */
export function begin(kind, body) {
  const path = { give: "v1/grants", take: "v1/checkouts", refund: "v1/refunds" }[kind];
  const key = crypto.randomUUID ? crypto.randomUUID() : random();
  const at = Date.now();
  // The node keeps it as a hash; it finds the operation again in the till's own records.
  return { kind, path, body: { ...body, reference: `page ${new Date(at).toISOString()} ${key.slice(0, 8)}` }, key, at };
}

/** Where there is no TLS, browsers have no `randomUUID`. */
function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Operation} operation */
export const isOpen = (operation) => operation.state === undefined || OPEN.has(operation.state);

/** @param {Operation} operation */
export const isCheckout = (operation) => operation.kind === "take";

/** @param {Operation} operation */
export function tone(operation) {
  return TONES[operation.state ?? ""] ?? "calm";
}

/** @param {Operation} operation */
export const sign = (operation) => SIGNS[tone(operation)];

/** @param {Operation} operation */
export function what(operation) {
  const { kind, body } = operation;
  if (kind === "take") return say("js-op-take", { points: points(body.max_points) });
  if (kind === "refund") return say("js-op-refund", { points: points(body.points) });
  if (body.eligible_cents === undefined) return say("js-op-give", { points: points(body.points) });
  return say("js-op-give-euros", { amount: euros(body.eligible_cents) });
}

/** @param {Operation} operation */
export function state(operation) {
  if (operation.state === undefined) return say("js-sending");
  const side = isCheckout(operation) ? "take" : "give";
  return say(`state-${side}-${operation.state}`, { points: points(operation.points ?? 0) });
}

/** @param {Operation} operation @param {any} answer */
function take(operation, answer) {
  operation.id ??= answer.id;
  operation.state = answer.state;
  operation.points = answer.points;
  operation.expires = answer.expires_at ?? operation.expires;
  operation.link = answer.claim_url ?? answer.url ?? operation.link;
  operation.qr = answer.qr_svg ?? operation.qr;
  if (isOpen(operation)) return;
  // A link that leads nowhere any more, and perhaps a secret.
  delete operation.link;
  delete operation.qr;
}

/** @param {Operation} operation @param {string} token @param {AbortSignal} signal */
export async function send(operation, token, signal) {
  const { path, body, key } = operation;
  take(operation, await call("POST", path, { token, body, key, signal }));
}

/** @param {Operation} operation @param {string} token @param {AbortSignal} signal */
export async function look(operation, token, signal) {
  const path = isCheckout(operation) ? "v1/checkouts" : "v1/grants";
  take(operation, await call("GET", `${path}/${operation.id}`, { token, signal }));
}

/**
 * @param {Operation} operation @param {string} token @param {AbortSignal} signal
 * @param {() => void} changed Called after each change, before anything else is asked.
 */
export async function follow(operation, token, signal, changed) {
  if (operation.id === undefined) {
    await send(operation, token, signal);
    changed();
  }
  const begun = Date.now();
  while (isOpen(operation)) {
    const before = operation.state;
    if (isCheckout(operation)) {
      const path = `v1/checkouts/${operation.id}?wait=${WAIT}&state=${before}`;
      take(operation, await call("GET", path, { token, signal, wait: WAIT }));
    } else {
      await pause(Date.now() - begun < STANDS ? LOOK : LOOK_LATER, signal);
      await look(operation, token, signal);
    }
    if (operation.state !== before) changed();
  }
}

/** @param {Operation} operation @param {string} token */
export async function cancel(operation, token) {
  const path = isCheckout(operation) ? "v1/checkouts" : "v1/grants";
  await call("DELETE", `${path}/${operation.id}`, { token });
}

/** Which rights a token has, or nothing if it is of no till. @param {string} token */
export async function rights(token) {
  try {
    const { scopes } = await call("GET", "v1/till", { token });
    return { take: scopes.includes("redeem"), give: scopes.includes("grant") };
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return null;
    throw error;
  }
}
