// @ts-check
// How the operation in hand looks: what it is, how far, what is paid or handed out, the code, and what can be done.

import * as goods from "./goods.js";
import * as operations from "./operation.js";
import * as sale from "./sale.js";
import { aloud, get, input, put } from "./screen.js";
import { euros, number, say } from "./texts.js";

/** @typedef {import("./operation.js").Operation} Operation */

/** @param {Operation | null} operation */
export function show(operation) {
  get("operation").hidden = operation === null;
  // One thing after the other.
  get("entry").inert = operation !== null;
  if (operation === null) return clear();
  const section = get("operation");
  section.dataset.state = operation.state ?? "sending";
  section.dataset.tone = operations.tone(operation);
  get("operation-heading").textContent = operations.what(operation);
  get("state-sign").textContent = operations.sign(operation);
  get("state-text").textContent = operations.state(operation);
  put("code", operation.code === undefined ? null : say("js-code", { what: operation.code }));
  const sum = money(operation);
  put("told", told(operation));
  aloud([operations.state(operation), sum].join(" "));
  code(operation);
  actions(operation);
  left(operation);
}

/** Nothing of what was in hand stays in the page. */
function clear() {
  for (const id of ["operation-heading", "state-text", "code", "told", "money-label", "money-sum", "left", "live"]) {
    get(id).textContent = "";
  }
  input("link").value = "";
  const image = /** @type {HTMLImageElement} */ (get("qr"));
  image.removeAttribute("src");
  image.alt = "";
  image.hidden = true;
}

/** What changes hands in money. @param {Operation} operation @returns {string} As it is said. */
function money(operation) {
  const sum = sumOf(operation);
  get("money").hidden = sum === null;
  const [label, cents] = sum ?? ["", 0];
  get("money-label").textContent = label;
  get("money-sum").textContent = sum === null ? "" : euros(cents);
  return sum === null ? "" : `${label} ${euros(cents)}`;
}

/** @param {Operation} operation @returns {[string, number] | null} */
function sumOf(operation) {
  const { goods: back, sale: of } = operation;
  if (back) return back.owed > 0 ? [say("js-money-owed"), back.owed] : [say("js-money-out"), back.pay];
  if (!of || operation.kind !== "sale") return null;
  if (sale.isTold(operation) || of.state === "complete") return [say("js-money-had"), of.pay];
  return sale.isDue(operation) ? [say("js-money-in"), of.pay] : null;
}

/** @param {Operation} operation */
function told(operation) {
  if (operation.goods) return goods.told(operation.goods);
  return operation.state === "settled" && !sale.isTold(operation) ? say("js-sale-settled") : null;
}

/** @param {Operation} operation */
function code(operation) {
  // While it is decided nobody else can use the code.
  const isFor = operation.kind === "sale" ? sale.isScannable(operation) : operation.state !== "pending";
  const isShown = operation.link !== undefined && isFor;
  get("shown").hidden = !isShown;
  get("link-field").hidden = !isShown;
  input("link").value = operation.link ?? "";
  const image = /** @type {HTMLImageElement} */ (get("qr"));
  image.hidden = operation.qr === undefined;
  if (operation.qr === undefined) image.removeAttribute("src");
  else image.src = `data:image/svg+xml,${encodeURIComponent(operation.qr)}`;
  image.alt = say("js-qr", { what: operations.what(operation) });
}

/** @param {Operation} operation */
function actions(operation) {
  const [cancel, next, received] = [get("cancel"), get("next"), get("received")];
  cancel.hidden = !operations.canCancel(operation);
  received.hidden = !sale.isPayable(operation) || sale.isTold(operation);
  if (operation.sale) received.textContent = say("js-received", { amount: euros(operation.sale.pay) });
  get("further").hidden = (operation.goods?.codes.length ?? 0) < 2;
  next.hidden = !operations.canLeave(operation);
  // What is not done is put aside, to come back to it from the list.
  const isAside = operation.kind === "sale" && operations.isOpen(operation);
  next.textContent = (isAside ? next.dataset.aside : next.dataset.next) ?? "";
  next.classList.toggle("go", received.hidden);
}

/** How long the code is good. @param {Operation | null} operation */
export function left(operation) {
  const field = get("left");
  const isShown = operation?.expires !== undefined && !get("shown").hidden && operations.isWatched(operation);
  if (!isShown || !operation?.expires) {
    field.textContent = "";
    return;
  }
  const seconds = Math.max(0, Math.round((Date.parse(operation.expires) - Date.now()) / 1000));
  if (seconds < 120) field.textContent = say("js-seconds-left", { left: seconds });
  else if (seconds < 7200) field.textContent = say("js-minutes-left", { left: Math.round(seconds / 60) });
  else field.textContent = say("js-days-left", { left: number(Math.max(1, Math.round(seconds / 86_400))) });
}
