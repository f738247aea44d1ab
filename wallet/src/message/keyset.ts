import { VerifyingKey } from '../crypto/ed25519.js';
import { GroupElement } from '../crypto/group.js';
import { verifyPoprfKey, verifyVoteKey } from '../crypto/possession.js';
import type { KeysetEntry } from './charter.js';
import { CharterError, type CharterCode } from './charter-error.js';
import { quorum } from './committee.js';
import { EVALUATION_GRACE, MAX_DENOMINATION } from './limits.js';

/** A witness of a checked keyset, with its keys decoded. */
export interface Witness {
  readonly index: number;
  readonly store: number;
  readonly poprfKey: GroupElement;
  readonly voteKey: VerifyingKey;
}

/** A keyset of a checked charter: its committee keeps all rules, its keys are decoded and proven. */
export class Keyset {
  /** Only checks make one. */
  declare private readonly checked: never;

  private constructor(
    /** The federation, which is part of everything that the committee signs. */
    readonly federation: Uint8Array,
    readonly entry: KeysetEntry,
    readonly witnesses: readonly Witness[],
    /** q: so many votes certify. */
    readonly quorum: number,
  ) {}

  /** Its id. */
  get id(): number {
    return this.entry.id;
  }

  /** n - f: as many answers as can be waited for without waiting for a liar. */
  get enough(): number {
    return this.witnesses.length - this.entry.faults;
  }

  /** The last second in which its witnesses write down or evaluate anything (WITNESS-34). */
  get evaluateUntil(): bigint {
    return this.entry.redeemUntil + EVALUATION_GRACE;
  }

  /** CheckKeyset (CHARTER-28 to CHARTER-32). */
  static check(entry: KeysetEntry, federation: Uint8Array): Keyset {
    const q = or('quorum', () => quorum(entry.members.length, entry.faults));
    const { denominations } = entry;
    const increasing = denominations.every((d, i) => (i === 0 ? d === 1n : d > (denominations[i - 1] as bigint)));
    if (denominations.length === 0 || !increasing || (denominations.at(-1) as bigint) > MAX_DENOMINATION) {
      throw new CharterError('keyset');
    }
    if (entry.issueUntil > entry.redeemUntil) throw new CharterError('keyset');
    const stores = entry.members.map(({ store }) => store);
    if (new Set(stores).size !== stores.length) throw new CharterError('two-seats');
    const witnesses = entry.members.map((member, index) => {
      const place = { federation, keyset: entry.id, index };
      const poprfKey = or('witness-key', () => GroupElement.decode(member.poprfKey));
      const voteKey = or('witness-key', () => VerifyingKey.decode(member.voteKey));
      or('possession', () => verifyPoprfKey(poprfKey, place, member.poprfPossession));
      or('possession', () => verifyVoteKey(voteKey, place, member.votePossession));
      return { index, store: member.store, poprfKey, voteKey };
    });
    return new Keyset(federation, entry, witnesses, q);
  }
}

/** What `check` gives; what it refuses is refused under the charter's code. */
function or<T>(code: CharterCode, check: () => T): T {
  try {
    return check();
  } catch {
    throw new CharterError(code);
  }
}
