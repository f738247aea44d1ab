// @ts-check
// The shop's node, as a till calls it. A call goes on through a lost line and a restarted node: it is repeated under
// its key, so that nothing is done twice.

import { language } from "./texts.js";

/** What the node refused. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.title ?? String(status));
    this.status = status;
    /** @type {string} */
    this.code = problem?.code ?? "";
    this.problem = problem ?? {};
  }
}

/** The line is down, or the node is. */
class Unreachable extends Error {}

/** Seconds for which the node holds its answer while nothing changes. */
export const WAIT = 25;
/** Longest pause between two tries, in seconds. */
const LONGEST = 15;
/** How long an answer may take beyond what it was asked to wait, in milliseconds. */
const PATIENCE = 20_000;
const AGAIN = new Set(["storage-failed", "rate-limited", "idempotency-in-flight"]);

/** Told when the line is lost (how many seconds until the next try) and when it is back (null). */
const watchers = /** @type {Set<(seconds: number | null) => void>} */ (new Set());
let lost = false;

/** @param {(seconds: number | null) => void} watcher */
export function watchLine(watcher) {
  watchers.add(watcher);
}

/** @param {number | null} seconds */
function tell(seconds) {
  if (seconds === null && !lost) return;
  lost = seconds !== null;
  for (const watcher of watchers) watcher(seconds);
}

/**
 * @typedef {{token?: string, body?: any, key?: string, wait?: number, signal?: AbortSignal}} Options
 * @param {string} method @param {string} path @param {Options} options
 */
async function once(method, path, { token, body, key, wait = 0, signal }) {
  /** @type {Record<string, string>} */
  const headers = { "Accept-Language": language };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body) headers["Content-Type"] = "application/json";
  const limit = AbortSignal.timeout(wait * 1000 + PATIENCE);
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
      credentials: "omit",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(String(error));
  }
  // A proxy in front of a node that is being started again.
  const problem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  if (response.status >= 500 && !problem) throw new Unreachable(String(response.status));
  const read = text ? parsed(text) : null;
  if (!response.ok) throw new Refused(response.status, read);
  return read;
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreachable("not an answer of a node");
  }
}

/** @param {number} seconds @param {AbortSignal} [signal] */
export function pause(seconds, signal) {
  return /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, seconds * 1000);
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
    })
  );
}

/**
 * Until the node answers.
 * @param {string} method @param {string} path @param {Options} [options]
 */
export async function call(method, path, options = {}) {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await once(method, path, options);
      tell(null);
      return answer;
    } catch (error) {
      const busy = error instanceof Refused && AGAIN.has(error.code);
      if (error instanceof Refused) tell(null);
      if (!busy && !(error instanceof Unreachable)) throw error;
      // Longer each time, and never for all tills at once.
      const seconds = Math.min(LONGEST, 2 ** tries) * (0.75 + Math.random() / 2);
      if (!busy) tell(Math.max(1, Math.round(seconds)));
      await pause(seconds, options.signal);
    }
  }
}
