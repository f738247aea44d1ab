import { bytes32, bytes64, choice, struct, u32, u8, type ValueOf } from './codec.js';
import { signedOrder, spendSignature } from './order.js';
import { certifiedOrder } from './vote.js';

/** `Probe`: is this coin free? (chapter 20) */
export const probe = /* @__PURE__ */ struct({ keyset: u32, point: bytes32, nonce: bytes32, signature: spendSignature });
export type Probe = ValueOf<typeof probe>;

/** `CoinState`: which order holds a coin, if any. */
export const coinState = /* @__PURE__ */ choice({
  unbound: null,
  bound: { one: signedOrder },
  spent: { one: certifiedOrder },
});
export type CoinState = ValueOf<typeof coinState>;

/** `ProbeAnswer`: what a witness says of a coin. */
export const probeAnswer = /* @__PURE__ */ struct({ index: u8, state: coinState, signature: bytes64 });
export type ProbeAnswer = ValueOf<typeof probeAnswer>;
