import { equalBytes } from '../../crypto/index.js';
import { verifyCertificate } from '../../message/certificate.js';
import { conflicts } from '../../message/conflict.js';
import { orderDigest } from '../../message/order-digest.js';
import type { Conflict } from '../../message/refusal.js';
import { bodyOf, forgetComplete, keysetOf, spend } from './answer.js';
import { WalletError } from './error.js';
import type { WalletContext } from './spend.js';
import { forgetOrder, recordOf } from './state.js';
import type { Coin, OpenOrder, WalletState } from './state.js';

/**
 * Takes the news that an order is dead: a certified order is in its way. Frees those of its coins that the other does
 * not spend (WALLET-8).
 *
 * @throws WalletError `no-conflict` if it proves nothing; or the certificate's error
 */
export function takeConflict(
  context: WalletContext,
  state: WalletState,
  open: OpenOrder,
  conflict: Conflict,
): WalletState {
  const own = bodyOf(open);
  const other = conflict.other.type === 'signed' ? conflict.other.value.order : conflict.other.value;
  if (open.certificate !== undefined) throw new WalletError('no-conflict', 'the order is certified');
  if (conflict.certificate === null) throw new WalletError('no-conflict', 'the order in the way is not certified');
  const keyset = keysetOf(context, own.keyset);
  if (!equalBytes(other.federation, own.federation) || !conflicts(own, other)) {
    throw new WalletError('no-conflict', 'the order that is shown is not in the way of this one');
  }
  verifyCertificate(conflict.certificate, keyset, orderDigest(other));
  const known = spend(state, other);
  const coins = known.coins
    .filter(({ point, spentBy }) => spentBy !== open.digest || !known.spent.has(point))
    .map((coin) => (coin.spentBy === open.digest ? freed(coin) : coin));
  const rest = forgetOrder({ ...known, coins }, open);
  return forgetComplete(context, { ...rest, history: [...rest.history, recordOf(open, 'dead')] });
}

function freed({ spentBy, ...coin }: Coin): Coin {
  void spentBy;
  return coin;
}
