import { lateOf, lateScreen } from './late.js';
import type { Kept, ResultScreen, Screen, Snapshot, Words } from '../model.js';

/** What a screen shows that waits for something, once that is decided: the same screen as long as it is not. */
export function followed(screen: ResultScreen, wallet: Snapshot, kept: Kept): Screen {
  const { waitsFor } = screen;
  if (waitsFor === undefined || kept.waiting.some(({ link }) => link.split('#')[0] === waitsFor)) return screen;
  const record = wallet.history.filter(({ grant, checkout }) => (grant ?? checkout) === waitsFor).at(-1);
  if (record === undefined || record.outcome === 'open') return screen;
  const isGood = record.outcome === 'certified' || record.outcome === 'recovered';
  if (!isGood) {
    const text: Words = { key: record.outcome === 'dead' ? 'state.dead' : 'state.withdrawn' };
    return { name: 'result', tone: 'bad', title: { key: 'trouble.title' }, text: [text] };
  }
  const name = kept.notes[waitsFor]?.store ?? '';
  const said = { points: { points: record.points }, name, balance: { points: wallet.points } };
  const isPaid = record.checkout !== undefined;
  const late = isPaid ? lateOf(record, wallet) : undefined;
  if (late === 'unsure') return unsureScreen(waitsFor, name);
  if (late !== undefined) {
    const shown = lateScreen(late, name, wallet.points);
    return late.state === 'pending' ? { ...shown, waitsFor } : shown;
  }
  return {
    name: 'result',
    tone: 'good',
    title: { key: isPaid ? 'pay.done' : 'take.done' },
    text: [{ key: isPaid ? 'pay.done.text' : 'take.done.text', with: said }],
  };
}

/** A payment that is certified, and the shop that was paid has not said whether it came in time. */
export function unsureScreen(waitsFor: string, name: string): ResultScreen {
  const text: Words = { key: 'pay.unsure.text', with: { name } };
  return { name: 'result', tone: 'wait', title: { key: 'pay.unsure' }, text: [text], waitsFor };
}
