// @ts-check
// What is typed before anything is sent: what to do, and how much.

import { Amount } from "./amount.js";
import * as hand from "./hand.js";
import { keep, kept } from "./keep.js";
import * as operations from "./operation.js";
import * as sale from "./sale.js";
import { aloud, get, input, problem } from "./screen.js";
import { session } from "./session.js";
import { say } from "./texts.js";

/** More than this is a slip of the finger. */
const MOST_POINTS = 999_999_999;
/** Cents of a basket. */
const MOST_CENTS = 1_000_000_000;
const WHATS = /** @type {const} */ (["sale", "give", "take"]);

const amount = new Amount(input("amount"));
/** Of the total, what earns points: all of it until somebody types something else. */
const eligible = new Amount(input("eligible"));

const what = () => WHATS.find((name) => input(`what-${name}`).checked) ?? "give";
const inEuros = () => what() === "sale" || (what() === "give" && input("unit-euros").checked);

/** As the till was left, with what the token may do. */
export function open() {
  const last = kept("entry") ?? {};
  const may = WHATS.filter((name) => session.rights[name]);
  const chosen = may.find((name) => name === last.what) ?? may[0] ?? "give";
  for (const name of WHATS) {
    input(`what-${name}`).disabled = !session.rights[name];
    input(`what-${name}`).checked = name === chosen;
  }
  input("unit-euros").checked = last.inEuros === true;
  input("unit-points").checked = last.inEuros !== true;
  /** @type {HTMLButtonElement} */ (get("go")).disabled = may.length === 0;
  clear();
  shape();
}

export function clear() {
  amount.clear();
  eligible.clear();
  /** @type {HTMLDetailsElement} */ (get("part")).open = false;
}

export const focus = () => input("amount").focus();

/** The fields that belong to what is chosen. */
function shape() {
  const now = what();
  get("units").hidden = now !== "give";
  get("steps").hidden = now !== "take";
  get("part").hidden = now !== "sale";
  const [label, go] = [get("amount-label"), get("go")];
  const of = now === "give" ? (inEuros() ? "euros" : "points") : now;
  label.textContent = label.dataset[of] ?? "";
  go.textContent = go.dataset[now] ?? "";
  amount.counts(inEuros());
  eligible.counts(true);
}

/** What is asked of the node, or what is wrong with it. @returns {[operations.Kind, any] | string} */
function entered() {
  const value = amount.value;
  if (value === 0) return say("js-amount-missing");
  if (value > (what() === "sale" ? MOST_CENTS : MOST_POINTS)) return say("js-too-many");
  if (what() === "sale") {
    const part = eligible.isTyped ? eligible.value : value;
    return part > value ? say("js-part-over") : ["sale", sale.asked(value, part)];
  }
  if (what() === "give") return ["give", inEuros() ? { eligible_cents: value } : { points: value }];
  const step = Number(input("step").value);
  if (!Number.isInteger(step) || step < 1) return say("js-step-missing");
  if (step > value) return say("js-step-over");
  return ["take", { max_points: value, step }];
}

/** @param {Event} event */
function send(event) {
  event.preventDefault();
  const asked = hand.isFree() ? entered() : say("js-busy");
  if (typeof asked === "string") return problem(asked);
  hand.run(operations.begin(...asked));
}

/** Digits go to the amount wherever the focus is, unless another field has it. @param {KeyboardEvent} event */
function typed(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const free = hand.isFree() && session.token !== null && document.querySelector("dialog[open]") === null;
  if (!free || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    clear();
    problem(null);
    return;
  }
  const elsewhere = target instanceof HTMLInputElement && target.type !== "radio";
  if (!elsewhere && /^[0-9]$/.test(event.key)) {
    event.preventDefault();
    focus();
    amount.press(event.key);
  }
}

export function listen() {
  amount.changed = () => eligible.suppose(amount.value);
  get("entry").addEventListener("change", () => {
    keep("entry", { what: what(), inEuros: input("unit-euros").checked });
    shape();
  });
  get("entry").addEventListener("submit", send);
  for (const key of document.querySelectorAll(".pad button")) {
    key.addEventListener("click", () => {
      amount.press(/** @type {HTMLElement} */ (key).dataset.key ?? "");
      aloud(input("amount").value);
    });
  }
  document.addEventListener("keydown", typed);
}
