// @ts-check
// The dialog in which goods are taken back.

import { Amount } from "./amount.js";
import * as hand from "./hand.js";
import * as operations from "./operation.js";
import { aloud, dialog, get, input, problem, put } from "./screen.js";
import { session } from "./session.js";
import * as sold from "./sold.js";
import { say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

const back = new Amount(input("goods-amount"));
/** Of that, what earned points. */
const part = new Amount(input("goods-part"));
/** What the whole sale came to. */
const whole = new Amount(input("goods-whole"));

/** @type {sold.Sold | null} */
let chosen = null;

/** Nothing of it stays in the page. */
export function close() {
  dialog("goods-dialog").close();
  clear();
}

function clear() {
  chosen = null;
  for (const amount of [back, part, whole]) {
    amount.counts(true);
    amount.clear();
  }
  input("goods-code").value = "";
  input("goods-other").value = "";
  put("goods-problem", null);
  shape();
}

/** @param {Operation} [operation] None: its code is asked for first. */
export function ask(operation) {
  if (!hand.isFree()) return problem(say("js-busy"));
  clear();
  if (operation) chosen = sold.ofOperation(operation);
  shape();
  dialog("goods-dialog").showModal();
  input(chosen === null ? "goods-code" : "goods-amount").focus();
}

/** The fields that are needed for what is chosen. */
function shape() {
  const isTwo = chosen !== null && !chosen.isBasket;
  get("goods-find").hidden = chosen !== null;
  get("goods-found").hidden = chosen === null;
  put("goods-what", chosen === null ? null : [chosen.what, chosen.code].filter(Boolean).join(" · "));
  const isWhole = chosen?.total !== undefined && chosen.eligible === chosen.total;
  get("goods-part-field").hidden = !chosen?.isBasket || isWhole;
  get("goods-other-field").hidden = !isTwo;
  get("goods-whole-field").hidden = !isTwo || (chosen?.checkout === undefined && input("goods-other").value === "");
  const go = get("goods-go");
  go.textContent = (chosen === null ? go.dataset.find : go.dataset.take) ?? "";
}

/** What of the goods earned points, as long as nobody says it. @param {number} cents */
const usual = (cents) => Math.min(cents, chosen?.eligible ?? cents);

/** @param {Event} event */
async function send(event) {
  event.preventDefault();
  put("goods-problem", null);
  const button = /** @type {HTMLButtonElement} */ (get("goods-go"));
  if (button.disabled) return;
  // Enter twice is one return.
  button.disabled = true;
  try {
    const wrong = chosen === null ? await search() : await take(chosen);
    if (wrong !== null) put("goods-problem", wrong);
  } finally {
    button.disabled = false;
  }
}

/** @returns {Promise<string | null>} What is wrong. */
async function search() {
  const found = await sold.find(input("goods-code").value);
  if (!dialog("goods-dialog").open) return null;
  if (typeof found === "string") return found;
  input("goods-code").value = "";
  chosen = found;
  shape();
  aloud(get("goods-what").textContent ?? "");
  input("goods-amount").focus();
  return null;
}

/** @param {sold.Sold} of @returns {Promise<string | null>} What is wrong. */
async function take(of) {
  const cents = back.value;
  if (cents === 0) return say("js-amount-missing");
  if (of.total !== undefined && cents > of.total) return say("js-return-more");
  const earning = of.isBasket && part.isTyped ? part.value : usual(cents);
  if (earning > cents) return say("js-part-over");
  const named = await names(of);
  if (typeof named === "string") return named;
  /** @type {any} */
  const body = { ...named, total_cents: cents, eligible_cents: earning };
  if (!of.isBasket && named.checkout !== undefined) {
    if (whole.value < cents) return say("js-whole-missing");
    body.sold_cents = whole.value;
  }
  if (!dialog("goods-dialog").open) return null;
  const operation = operations.begin("return", body);
  operation.code = of.code;
  close();
  hand.run(operation);
  return null;
}

/** The grant and the checkout of the sale, both where there are both. @param {sold.Sold} of */
async function names({ grant, checkout, isBasket }) {
  const typed = isBasket ? "" : input("goods-other").value.trim();
  if (typed === "") return { grant, checkout };
  const other = await sold.find(typed);
  if (typeof other === "string") return other;
  if (other.isBasket || (grant === undefined) === (other.grant === undefined)) return say("js-other-wrong");
  return { grant: grant ?? other.grant, checkout: checkout ?? other.checkout };
}

/** @param {(error: unknown) => void} failed */
export function listen(failed) {
  clear();
  back.changed = () => part.suppose(usual(back.value));
  get("goods-form").addEventListener("submit", (event) => {
    send(event).catch((error) => {
      if (session.over.signal.aborted) return;
      close();
      failed(error);
    });
  });
  input("goods-other").addEventListener("input", shape);
  get("goods-close").addEventListener("click", close);
  dialog("goods-dialog").addEventListener("cancel", clear);
  get("goods-open").addEventListener("click", () => ask());
}
