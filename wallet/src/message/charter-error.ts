import { RondeError } from '../crypto/error.js';

/** The codes of chapter 22, "Charter". */
export type CharterCode =
  | 'genesis'
  | 'other-federation'
  | 'version'
  | 'predecessor'
  | 'fork'
  | 'unsettled-fork'
  | 'threshold'
  | 'stewards'
  | 'signature'
  | 'unsorted'
  | 'removed'
  | 'keyset-changed'
  | 'unknown-store'
  | 'witness-key'
  | 'node-key'
  | 'repeated-key'
  | 'possession'
  | 'two-seats'
  | 'quorum'
  | 'keyset'
  | 'rules';

const MEANING: Readonly<Record<CharterCode, string>> = {
  genesis: 'version 1 without its genesis block, or a later one with one, or one that is not of this federation',
  'other-federation': 'of another federation',
  version: 'not the version that follows the one held',
  predecessor: 'it names another predecessor than the one held',
  fork: 'a second valid charter of one version',
  'unsettled-fork': 'the predecessor had a twin, and it does not say which stands',
  threshold: 'too few signatures of a set of stewards',
  stewards: 'a set of stewards that can not be',
  signature: 'a signature is wrong, repeated, out of order, or by no steward',
  unsorted: 'a list is not strictly increasing by id from 1',
  removed: 'something that an order can name was removed or changed',
  'keyset-changed': 'a published keyset differs',
  'unknown-store': 'a member of a committee, a funder or an issuer is not listed',
  'witness-key': 'a POPRF or vote key is not valid',
  'node-key': 'a node key is not valid',
  'repeated-key': 'a key occurs twice',
  possession: 'a proof of possession is wrong',
  'two-seats': 'one store sits twice on a committee',
  quorum: 'the size of a committee and its number of faults do not go together',
  keyset: 'denominations or dates of a keyset can not be',
  rules: "a point's value, a campaign or the fate of points can not be",
};

/** A charter that is not taken. The fault is of whoever made it (CHARTER-11: of several, the first step that refuses). */
export class CharterError extends RondeError<CharterCode> {
  constructor(code: CharterCode) {
    super(code, MEANING[code]);
  }
}
