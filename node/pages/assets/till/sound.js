// @ts-check
// A tone when something is decided. Off until somebody turns it on.

import { keep, kept } from "./keep.js";

/** @type {AudioContext | null} */
let context = null;

export const isOn = () => kept("sound") === true;

/** @param {boolean} on */
export function turn(on) {
  keep("sound", on || null);
  if (on) play("good");
}

/** @param {"good" | "bad"} tone */
export function play(tone) {
  if (!isOn()) return;
  context ??= new AudioContext();
  const notes = tone === "good" ? [660, 880] : [330, 220];
  notes.forEach((pitch, place) => note(/** @type {AudioContext} */ (context), pitch, place * 0.16));
}

/** @param {AudioContext} context @param {number} pitch @param {number} after */
function note(context, pitch, after) {
  const start = context.currentTime + after;
  const [source, volume] = [context.createOscillator(), context.createGain()];
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, start);
  volume.gain.exponentialRampToValueAtTime(0.2, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.15);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + 0.16);
}
