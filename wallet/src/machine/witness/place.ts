import type { SigningKey } from '../../crypto/signing-key.js';
import * as LABELS from '../../crypto/labels.js';
import type { SecretScalar } from '../../crypto/scalar.js';
import { signHead, votedParts, type Charter, type Head, type Keyset, type Vote } from '../../message/index.js';
import type { WitnessState } from './state.js';

/** The place of a witness and its keys for one keyset. */
export interface WitnessPlace {
  readonly keyset: number;
  readonly index: number;
  readonly keys: { readonly poprf: SecretScalar; readonly vote: SigningKey };
}

/** A witness at one moment: where it sits, what it keeps, which charter its node holds, and the time. */
export interface Moment {
  readonly place: WitnessPlace;
  readonly state: WitnessState;
  readonly charter: Charter;
  readonly keyset: Keyset;
  readonly now: bigint;
  /** Whether it still waits for its peers' word on its newest head. */
  readonly starting: boolean;
}

/** Whether the log takes no entry any more, whatever the clock says once it was closed (ROLLOVER-7, ROLLOVER-17). */
export function isFrozen({ keyset, state, now }: Pick<Moment, 'keyset' | 'state' | 'now'>): boolean {
  return state.statement !== undefined || now > keyset.evaluateUntil;
}

/** Its vote for a digest: the same bytes whenever it is asked (VOTE-8). */
export function signVote({ place, keyset }: Pick<Moment, 'place' | 'keyset'>, digest: Uint8Array): Vote {
  const parts = votedParts(keyset, place.index, digest);
  return { index: place.index, signature: place.keys.vote.sign(LABELS.VOTE_SIGNATURE, ...parts) };
}

/** The head of its log as it is now (WITNESS-35). */
export function headNow({ place, keyset, state }: Pick<Moment, 'place' | 'keyset' | 'state'>): Head {
  const { log } = state;
  return signHead(place.keys.vote, keyset, place.index, BigInt(log.size), log.root());
}
