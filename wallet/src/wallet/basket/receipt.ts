import { fromBase64 } from '../base64.js';
import { RondeError } from '../../crypto/index.js';
import { openReceipt } from '../../crypto/receipt.js';
import { addReceipt, basketName, forgetReceipt, isReceiptOver, isTaken } from '../../machine/wallet/basket.js';
import { grantName } from '../../machine/wallet/state.js';
import type { OpenBasket, OpenOrder, TakenReceipt } from '../../machine/wallet/state.js';
import type { Core } from '../core.js';
import { isFatal } from '../drive.js';
import { ProblemError } from '../http-error.js';
import { BasketClient } from './ask.js';

/** Takes the receipt that came with the answer to a claim: of a basket's grant it is the basket's. */
export async function takeClaimed(core: Core, { about }: OpenOrder, sealed: string): Promise<void> {
  if (about.type !== 'claim') return;
  const { base, secret, store } = about;
  const basket = core.state.baskets?.find((open) => open.base === base && open.secret === secret);
  if (basket !== undefined) return void (await takeOfBasket(core, basket, sealed));
  const taken: TakenReceipt = { of: 'grants', base, id: about.grant, secret, since: core.now() };
  await take(core, taken, store, grantName(base, about.grant), sealed);
}

/** Takes the receipt of a basket. Gives whether that is done. */
export function takeOfBasket(core: Core, { base, id, secret, store }: OpenBasket, sealed: string): Promise<boolean> {
  return take(core, { of: 'baskets', base, id, secret, since: core.now() }, store, basketName(base, id), sealed);
}

/**
 * Opens a receipt, has it written down, and only then lets its store delete it (RECEIPT-5). One that is none is no receipt
 * (RECEIPT-2), and whatever becomes of it stands in the way of no points.
 */
async function take(core: Core, taken: TakenReceipt, store: number, name: string, sealed: string): Promise<boolean> {
  const text = isTaken(core.state, taken) ? undefined : read(taken.secret, sealed);
  try {
    if (text !== undefined) await core.surroundings.onReceipt?.({ name, store, text });
  } catch {
    core.warn({ code: 'receipt-lost', what: 'the receipt could not be kept on this device' });
    return false;
  }
  await core.step((state) => ({ state: addReceipt(state, taken) }));
  await sayReceived(core);
  return true;
}

function read(secret: string, sealed: string): string | undefined {
  try {
    return openReceipt(fromBase64(secret), fromBase64(sealed));
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
    return undefined;
  }
}

/** Tells stores of receipts that were taken. Whoever does not answer is told another time. */
export async function sayReceived(core: Core): Promise<void> {
  const client = new BasketClient(core);
  for (const receipt of core.state.receipts ?? []) {
    core.alive();
    try {
      if (!isReceiptOver(receipt, core.now())) await client.received(receipt);
    } catch (error) {
      if (isFatal(error)) throw error;
      // A store that does not know it has deleted it.
      if (!(error instanceof ProblemError) || error.retryable) continue;
    }
    await core.step((state) => ({ state: forgetReceipt(state, receipt) }));
  }
}
