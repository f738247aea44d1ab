import { toHex } from '../../crypto/index.js';
import { RondeError } from '../../crypto/error.js';
import { verifyCertificate } from '../../message/certificate.js';
import type { Charter } from '../../message/charter-chain.js';
import { orderDigest } from '../../message/order-digest.js';
import { checkRules, pointsIn, pointsOut } from '../../message/order-rules.js';
import type { CertifiedOrder } from '../../message/vote.js';

/** Points that an association was given. */
export interface Gifts {
  /** By customers. */
  readonly given: bigint;
  /** By stores. */
  readonly pledged: bigint;
}

const NO_GIFTS: Gifts = { given: 0n, pledged: 0n };

/**
 * Counts votes and gifts by certified orders alone (chapter 18): each order once, each ballot once, and nothing whose certificate
 * does not verify. Whoever shows the orders may leave some out, but can't make one up.
 */
export class Tally {
  /** Certificates of votes and gifts that were shown, and how many of them are right. */
  certificates = 0;
  right = 0;
  readonly #charter: Charter;
  readonly #votes = new Map<string, number>();
  readonly #gifts = new Map<number, Gifts>();
  readonly #orders = new Set<string>();
  readonly #ballots = new Set<string>();

  constructor(charter: Charter) {
    this.#charter = charter;
  }

  /** Votes for a choice of a campaign, counted from 0. */
  votes(campaign: number, choice: number): number {
    return this.#votes.get(`${campaign} ${choice}`) ?? 0;
  }

  gifts(association: number): Gifts {
    return this.#gifts.get(association) ?? NO_GIFTS;
  }

  /** Looks at a certified order; of any but a Vote, a Donate or a Pledge nothing. */
  take({ order, certificate }: CertifiedOrder): void {
    const { purpose } = order;
    if (purpose.type !== 'vote' && purpose.type !== 'donate' && purpose.type !== 'pledge') return;
    const digest = orderDigest(order);
    const name = toHex(digest);
    if (this.#orders.has(name)) return;
    this.#orders.add(name);
    this.certificates += 1;
    try {
      verifyCertificate(certificate, checkRules(order, this.#charter), digest);
    } catch (error) {
      if (!(error instanceof RondeError)) throw error;
      return;
    }
    if (purpose.type === 'vote') {
      const ballot = `${order.keyset} ${order.inputs.map(({ point }) => toHex(point)).join()}`;
      if (this.#ballots.has(ballot)) return;
      this.#ballots.add(ballot);
      const choice = `${purpose.campaign} ${purpose.choice}`;
      this.#votes.set(choice, (this.#votes.get(choice) ?? 0) + 1);
    } else {
      const { given, pledged } = this.gifts(purpose.association);
      const gifts =
        purpose.type === 'donate'
          ? { given: given + pointsIn(order) - pointsOut(order), pledged }
          : { given, pledged: pledged + purpose.points };
      this.#gifts.set(purpose.association, gifts);
    }
    this.right += 1;
  }
}
