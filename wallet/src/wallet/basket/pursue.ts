import { RondeError } from '../../crypto/index.js';
import { addBasket, forgetBasket, givesAnything } from '../../machine/wallet/basket.js';
import { startClaim } from '../../machine/wallet/claim.js';
import { WalletError } from '../../machine/wallet/error.js';
import { grantName, openClaim } from '../../machine/wallet/state.js';
import type { OpenBasket, OpenOrder } from '../../machine/wallet/state.js';
import type { Core } from '../core.js';
import { drive, isFatal } from '../drive.js';
import type { OrderProgress } from '../drive.js';
import { ProblemError } from '../http-error.js';
import { BasketClient } from './ask.js';
import type { SaidBasket, Waiting } from './ask.js';
import { sayReceived, takeOfBasket } from './receipt.js';

/** How far a basket is. */
export interface Pursued {
  readonly said: SaidBasket;
  /** What it earned, if this wallet claims it or has claimed it. */
  readonly claim?: { readonly grant: string; readonly state: OrderProgress | 'taken' };
  /** Nothing more comes of it: the wallet has forgotten it. */
  readonly over: boolean;
}

/** How often a basket is asked about again because its grant was withdrawn meanwhile. */
const TWICE = 2;

/**
 * Goes on with a basket: asks how it stands, waiting for news if asked to, claims what it earned, and takes its receipt
 * ("A basket", steps 4 to 6). Forgets it when nothing more can come of it (WALLET-48).
 *
 * @throws ProblemError, TransportError, WalletError `store-mismatch`
 */
export async function pursue(core: Core, basket: OpenBasket, waiting?: Waiting): Promise<Pursued> {
  const client = new BasketClient(core);
  await core.step((state) => ({ state: addBasket(state, basket) }));
  let [said, claim] = [await asked(core, client, basket, waiting), undefined as Pursued['claim']];
  let isKept = true;
  // There is nothing to be paid any more (WALLET-32).
  if (said.state !== 'open') core.isToPay = false;
  for (let time = 0; said.state === 'complete' && time < TWICE; time += 1) {
    if (said.receipt !== undefined) isKept = await takeOfBasket(core, basket, said.receipt);
    claim = await claimed(core, basket, said);
    if (claim !== undefined || said.grant?.state !== 'open' || !mayClaim(core, said)) break;
    // It was withdrawn meanwhile: after a return there may be another.
    said = await asked(core, client, basket);
  }
  const over = isKept && isOver(said, claim);
  if (over) await core.step((state) => ({ state: forgetBasket(state, basket) }));
  return { said, over, ...(claim === undefined ? {} : { claim }) };
}

/** Asks about a basket; one that its store does not know any more is forgotten. */
async function asked(core: Core, client: BasketClient, basket: OpenBasket, waiting?: Waiting): Promise<SaidBasket> {
  core.alive();
  try {
    return await client.offer(basket, waiting);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not-found') {
      await core.step((state) => ({ state: forgetBasket(state, basket) }));
    }
    throw error;
  }
}

/** Whether nothing more can come of a basket whose receipt was taken, if it had one. */
function isOver({ state, grant }: SaidBasket, claim: Pursued['claim']): boolean {
  if (state === 'cancelled') return true;
  if (state !== 'complete') return false;
  if (claim !== undefined) return claim.state !== 'pending';
  return grant === undefined || (grant.state !== 'open' && grant.state !== 'pending');
}

function mayClaim({ surroundings }: Core, { grant }: SaidBasket): boolean {
  return grant !== undefined && givesAnything(grant.terms) && (surroundings.mayClaim?.(grant.terms) ?? true);
}

/** Claims what a basket earned, or goes on with the claim. Gives nothing if there is nothing to claim, or not now. */
async function claimed(core: Core, basket: OpenBasket, said: SaidBasket): Promise<Pursued['claim']> {
  const { base, store, secret } = basket;
  const { grant } = said;
  if (grant === undefined) return undefined;
  const name = grantName(base, grant.id);
  if (core.state.history.some((record) => record.grant === name && record.outcome === 'certified')) {
    return { grant: name, state: 'taken' };
  }
  const held = openClaim(core.state, base, grant.id);
  if (held === undefined && (grant.state !== 'open' || !mayClaim(core, said))) return undefined;
  const random = core.random(16);
  let open: OpenOrder | undefined;
  try {
    const link = { store, base, id: grant.id, secret };
    open = held ?? (await core.open((state) => startClaim(core.context, state, link, grant.terms, core.now(), random)));
    return { grant: name, state: await drive(core, open.id, held === undefined ? 'first' : 'again') };
  } catch (error) {
    if (!(error instanceof RondeError) || isFatal(error)) throw error;
    const isOpen = openClaim(core.state, base, grant.id) !== undefined;
    if (isOpen) return { grant: name, state: 'pending' };
    if (error instanceof ProblemError && ['grant-expired', 'grant-claimed', 'not-found'].includes(error.code)) return undefined;
    throw error;
  }
}

/** Goes on with all baskets, and tells stores of receipts. What fails stands in the way of no other (WALLET-48). */
export async function followBaskets(core: Core): Promise<void> {
  for (const basket of core.state.baskets ?? []) {
    try {
      if (!core.state.searching) await pursue(core, basket);
    } catch (error) {
      if (isFatal(error) || (error instanceof WalletError && error.code === 'closed')) throw error;
    }
  }
  await sayReceived(core);
}
