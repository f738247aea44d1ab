import { RondeError } from '../crypto/error.js';

/** The codes of chapter 22, "Charter". */
export type CharterCode =
  /** Version 1 without its genesis block, or a later one with one, or one that is not of this federation. */
  | 'genesis'
  /** Of another federation. */
  | 'other-federation'
  /** Not the version that follows the one held. */
  | 'version'
  /** It names another predecessor than the one held. */
  | 'predecessor'
  /** The predecessor had a twin, and it does not say which stands. */
  | 'unsettled-fork'
  /** Too few signatures of a set of stewards. */
  | 'threshold'
  /** A set of stewards that can not be. */
  | 'stewards'
  /** A signature is wrong, repeated, out of order, or by no steward. */
  | 'signature'
  /** A list is not strictly increasing by id from 1. */
  | 'unsorted'
  /** Something that an order can name was removed or changed. */
  | 'removed'
  /** A published keyset differs. */
  | 'keyset-changed'
  /** A member of a committee, a funder or an issuer is not listed. */
  | 'unknown-store'
  /** A POPRF or vote key is not valid. */
  | 'witness-key'
  /** A node key is not valid. */
  | 'node-key'
  /** A key occurs twice. */
  | 'repeated-key'
  /** A proof of possession is wrong. */
  | 'possession'
  /** One store sits twice on a committee. */
  | 'two-seats'
  /** The size of a committee and its number of faults do not go together. */
  | 'quorum'
  /** Denominations or dates of a keyset can not be. */
  | 'keyset'
  /** A point's value, a campaign or the fate of points can not be. */
  | 'rules';

/** A charter that is not taken. The fault is of whoever made it (CHARTER-11: of several, the first step that refuses). */
export class CharterError extends RondeError<CharterCode> {
  constructor(code: CharterCode) {
    super(code, 'this charter is not to be taken; ask the stewards who signed it');
  }
}
