import type { HistoryRecord, LatePayment } from '../../../src/index.js';
import type { ResultScreen, Snapshot, Words } from '../model.js';

/** What the wallet knows of a certified payment: nothing if it bought something, *unsure* while the shop has not said. */
export function lateOf({ digest }: Pick<HistoryRecord, 'digest'>, wallet: Snapshot): LatePayment | 'unsure' | undefined {
  if (digest === undefined) return undefined;
  const isOf = ({ purpose, grant }: HistoryRecord): boolean => purpose === 'refund' && grant === digest;
  const refunds = wallet.history.filter(isOf);
  const is = (state: LatePayment['state'], { points }: HistoryRecord) => ({ payment: digest, state, points });
  const back = refunds.find(({ outcome }) => outcome === 'certified');
  if (back !== undefined) return is('back', back);
  const byHand = refunds.find(({ id }) => id === `refund/${digest}`);
  if (byHand !== undefined) return is('by-hand', byHand);
  const open = wallet.open.find(isOf) ?? (wallet.unsettled.includes(digest) ? refunds.at(-1) : undefined);
  if (open !== undefined) return is('pending', open);
  if (wallet.unsettled.includes(digest)) return 'unsure';
  // A claim that was refused for good: another wallet of the same words was faster.
  return refunds[0] && is('elsewhere', refunds[0]);
}

/** Digits of an order's digest by which a shop finds it. */
const DIGITS = 8;

/** The screen of a payment that came too late: what it bought, which is nothing, and what becomes of its points. */
export function lateScreen({ payment, state, points }: LatePayment, name: string, balance: bigint): ResultScreen {
  const said = { points: { points }, balance: { points: balance }, code: payment.slice(0, DIGITS) };
  const rest: Words =
    state === 'pending'
      ? { key: 'pay.toolate.pending', with: said }
      : state === 'back'
        ? { key: 'pay.toolate.back', with: said }
        : { key: state === 'by-hand' ? 'pay.toolate.hand' : 'pay.toolate.elsewhere', with: said };
  return {
    name: 'result',
    tone: state === 'pending' ? 'wait' : 'bad',
    title: { key: 'pay.toolate' },
    text: [{ key: 'pay.toolate.text', with: { name } }, rest],
  };
}
