import { equalBytes, isZeros, toHex } from '../crypto/bytes.js';
import { VerifyingKey } from '../crypto/ed25519.js';
import { derive } from '../crypto/hash.js';
import * as LABELS from '../crypto/labels.js';
import {
  charterBody,
  genesis,
  stewards as stewardsCodec,
  type Association,
  type Campaign,
  type CharterBody,
  type Genesis,
  type SignedCharter,
  type Stewards,
  type Store,
  type VoucherOffer,
} from './charter.js';
import { checkContents, checkKept, keysIncrease, type Contents } from './charter-contents.js';
import { CharterError } from './charter-error.js';
import { encode } from './codec.js';
import type { Keyset } from './keyset.js';

/** The federation's id: derive(`FEDERATION_ID`; the bytes of the genesis block) (CHARTER-1). */
export function federationId(block: Genesis): Uint8Array {
  return derive(LABELS.FEDERATION_ID, encode(genesis, block));
}

/** The hash of a version: derive(`CHARTER_HASH`; the bytes of the body). */
export function charterHash(body: CharterBody): Uint8Array {
  return derive(LABELS.CHARTER_HASH, encode(charterBody, body));
}

/**
 * A charter that was checked, down to its keys, as the successor of another or as version 1. There is no other way to
 * get one.
 */
export class Charter {
  readonly #contents: Contents;
  readonly #before: Charter | undefined;
  /** The hash that the next version names. */
  readonly hash: Uint8Array;

  private constructor(
    readonly signed: SignedCharter,
    hash: Uint8Array,
    contents: Contents,
    before: Charter | undefined,
    /** False from a fork on: nothing is issued then (CHARTER-13). */
    readonly stands: boolean,
  ) {
    this.hash = hash;
    this.#contents = contents;
    this.#before = before;
  }

  get body(): CharterBody {
    return this.signed.body;
  }

  get federation(): Uint8Array {
    return this.body.federation;
  }

  get version(): bigint {
    return this.body.version;
  }

  /** Genesis: takes version 1 (CHARTER-3). */
  static genesis(signed: SignedCharter): Charter {
    const { body } = signed;
    if (body.genesis === null) throw new CharterError('genesis');
    if (body.version !== 1n) throw new CharterError('version');
    const itself =
      equalBytes(body.federation, federationId(body.genesis)) &&
      sameStewards(body.stewards, body.genesis.stewards) &&
      isZeros(body.previous) &&
      body.settlesFork === null;
    if (!itself) throw new CharterError('genesis');
    const hash = charterHash(body);
    const keys = checkThreshold(signed, body.stewards);
    checkSignatures(signed, hash, keys);
    return new Charter(signed, hash, checkContents(body), undefined, true);
  }

  /** Succeed: takes the version after this one (CHARTER-4 to CHARTER-10, CHARTER-15). */
  succeed(signed: SignedCharter): Charter {
    const { body } = signed;
    if (!equalBytes(body.federation, this.federation)) throw new CharterError('other-federation');
    if (body.genesis !== null) throw new CharterError('genesis');
    if (body.version !== this.version + 1n) throw new CharterError('version');
    const old = checkThreshold(signed, this.body.stewards);
    const own = checkThreshold(signed, body.stewards);
    const hash = charterHash(body);
    checkSignatures(signed, hash, new Map([...old, ...own]));
    if (!equalBytes(body.previous, this.hash)) throw new CharterError('predecessor');
    const settled = body.settlesFork === null ? this.stands : equalBytes(body.settlesFork, this.hash);
    if (!settled) throw new CharterError('unsettled-fork');
    checkKept(this.body, body);
    return new Charter(signed, hash, checkContents(body, this.#contents.keysets), this, true);
  }

  /** Walk: a chain from somebody who may be lying, knowing only the federation's id. `at` of a failure is the version's place. */
  static walk(federation: Uint8Array, versions: readonly SignedCharter[]): Charter {
    const [first, ...later] = versions;
    if (first === undefined) throw new CharterError('genesis');
    if (!equalBytes(first.body.federation, federation)) throw new CharterError('other-federation');
    let held = Charter.genesis(first);
    for (const signed of later) held = held.succeed(signed);
    return held;
  }

  /** IsFork: whether a twin of this version is valid in the same place; throws what refuses it (CHARTER-12, CHARTER-14). */
  isFork(twin: SignedCharter): boolean {
    if (twin.body.version !== this.version) throw new CharterError('version');
    if (equalBytes(charterHash(twin.body), this.hash)) return false;
    if (!equalBytes(twin.body.federation, this.federation)) throw new CharterError('other-federation');
    if (this.#before === undefined) Charter.genesis(twin);
    else this.#before.succeed(twin);
    return true;
  }

  /** The same charter, once its twin was seen: it does not stand (CHARTER-13). */
  forked(): Charter {
    return new Charter(this.signed, this.hash, this.#contents, this.#before, false);
  }

  /** Whether Earn and Pledge are voted for at this time (CHARTER-13, CHARTER-16). */
  issues(now: bigint): boolean {
    return this.stands && now < this.body.expires;
  }

  /** A keyset by its id. */
  keyset(id: number): Keyset | undefined {
    return this.#contents.keysets.get(id);
  }

  /** All keysets, by increasing id. */
  get keysets(): readonly Keyset[] {
    return [...this.#contents.keysets.values()];
  }

  /** A store's node key. */
  nodeKey(store: number): VerifyingKey | undefined {
    return this.#contents.nodeKeys.get(store);
  }

  store(id: number): Store | undefined {
    return this.body.stores.find((store) => store.id === id);
  }

  association(id: number): Association | undefined {
    return this.body.associations.find((association) => association.id === id);
  }

  campaign(id: number): Campaign | undefined {
    return this.body.campaigns.find((campaign) => campaign.id === id);
  }

  voucherOffer(id: number): VoucherOffer | undefined {
    return this.body.offers.find((offer) => offer.id === id);
  }
}

function sameStewards(a: Stewards, b: Stewards): boolean {
  return equalBytes(encode(stewardsCodec, a), encode(stewardsCodec, b));
}

/** CheckThreshold (CHARTER-7, CHARTER-8, CHARTER-9); gives the set's keys, decoded. */
function checkThreshold(signed: SignedCharter, { keys, threshold }: Stewards): Map<string, VerifyingKey> {
  const names = keys.map(toHex);
  if (new Set(names).size !== names.length || threshold < 1 || threshold > keys.length) {
    throw new CharterError('stewards');
  }
  const set = new Map<string, VerifyingKey>();
  for (const key of keys) {
    try {
      set.set(toHex(key), VerifyingKey.decode(key));
    } catch {
      throw new CharterError('stewards');
    }
  }
  const count = signed.signatures.filter(({ key }) => set.has(toHex(key))).length;
  if (count < threshold) throw new CharterError('threshold');
  return set;
}

/** CheckSignatures (CHARTER-2, CHARTER-10). */
function checkSignatures(signed: SignedCharter, hash: Uint8Array, keys: ReadonlyMap<string, VerifyingKey>): void {
  if (!keysIncrease(signed.signatures.map(({ key }) => key))) throw new CharterError('signature');
  for (const { key, signature } of signed.signatures) {
    const steward = keys.get(toHex(key));
    const good = steward?.accepts(signature, LABELS.CHARTER_SIGNATURE, signed.body.federation, hash) ?? false;
    if (!good) throw new CharterError('signature');
  }
}
