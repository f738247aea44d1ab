// @ts-check
// The amount field: digits from a keyboard, from the pad, or pasted. Euros fill from the right, as on any till; who types
// the point or comma goes on with the cents.

import { decimal, number } from "./texts.js";

const MOST_DIGITS = 9;

export class Amount {
  /** @param {HTMLInputElement} field */
  constructor(field) {
    this.field = field;
    this.isMoney = false;
    this.digits = "";
    /** @type {string | null} Behind the point, once it was typed. */
    this.cents = null;
    /** Somebody typed it. */
    this.isTyped = false;
    /** What is there is only supposed: the first key takes its place. */
    this.isSupposed = false;
    this.changed = () => {};
    field.addEventListener("beforeinput", (event) => this.typed(event));
    // A keyboard whose input can't be caught before it is there.
    field.addEventListener("input", () => this.read());
    field.addEventListener("focus", () => this.toEnd());
    this.show();
  }

  /** Points, or cents. */
  get value() {
    const whole = Number(this.digits || "0");
    return this.cents === null ? whole : whole * 100 + Number(this.cents.padEnd(2, "0"));
  }

  /** @param {boolean} isMoney */
  counts(isMoney) {
    if (isMoney !== this.isMoney) this.clear();
    this.isMoney = isMoney;
    this.show();
  }

  clear() {
    this.digits = "";
    this.cents = null;
    this.isTyped = false;
    this.isSupposed = false;
    this.show();
    this.changed();
  }

  /** What is meant as long as nobody types something else. @param {number} value */
  suppose(value) {
    if (this.isTyped) return;
    this.digits = value === 0 ? "" : String(value);
    this.isSupposed = true;
    this.show();
  }

  read() {
    this.digits = this.field.value.replace(/[^0-9]/g, "").replace(/^0+/, "").slice(0, MOST_DIGITS);
    this.cents = null;
    this.isTyped = true;
    this.isSupposed = false;
    this.show();
    this.changed();
  }

  /** @param {string} key Digits, `back`, or a point. */
  press(key) {
    if (this.isSupposed) this.digits = "";
    this.isSupposed = false;
    this.isTyped = true;
    if (key === "back") this.back();
    else if (key === "." || key === ",") this.point();
    else if (this.cents !== null) this.cents = (this.cents + key).slice(0, 2);
    else if ((this.digits + key).length <= MOST_DIGITS) this.digits = (this.digits + key).replace(/^0+/, "");
    this.show();
    this.changed();
  }

  back() {
    if (this.cents === null) this.digits = this.digits.slice(0, -1);
    else if (this.cents === "") this.cents = null;
    else this.cents = this.cents.slice(0, -1);
  }

  point() {
    if (this.isMoney && this.cents === null && this.digits.length <= MOST_DIGITS - 2) this.cents = "";
  }

  /** @param {InputEvent} event */
  typed(event) {
    // Line breaks send the form.
    if (event.inputType === "insertLineBreak") return;
    event.preventDefault();
    if (event.inputType.startsWith("delete")) {
      const whole = this.field.selectionStart !== this.field.selectionEnd;
      if (whole) this.clear();
      else this.press("back");
      this.isTyped = true;
      return;
    }
    const text = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
    if (this.field.selectionStart !== this.field.selectionEnd) this.clear();
    for (const sign of text) if (/[0-9.,]/.test(sign)) this.press(sign);
  }

  show() {
    this.field.value = this.isMoney ? decimal(this.value / 100) : number(this.value);
    this.toEnd();
  }

  toEnd() {
    const end = this.field.value.length;
    if (document.activeElement === this.field) this.field.setSelectionRange(end, end);
  }
}
