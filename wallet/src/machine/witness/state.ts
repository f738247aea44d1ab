import { equalBytes, toHex } from '../../crypto/bytes.js';
import { leafHash, merkleRoot, MerkleTree } from '../../crypto/merkle.js';
import {
  Books,
  encode,
  logEntry,
  evidenceId,
  exhibitId,
  type CertifiedOrder,
  type Certificate,
  type ClosingStatement,
  type Evaluation,
  type Evidence,
  type Exhibit,
  type Head,
  type LogEntry,
  type Order,
  type SignedOrder,
} from '../../message/index.js';

/** What a witness knows of an order; one that it does not know has no record. */
export type OrderRecord =
  | { readonly type: 'voted'; readonly signed: SignedOrder }
  | {
      readonly type: 'certified';
      readonly order: Order;
      readonly certificate: Certificate;
      readonly evaluation: Evaluation;
    }
  | { readonly type: 'dead'; readonly signed: SignedOrder; readonly by: Uint8Array }
  | {
      readonly type: 'contested';
      readonly order: Order;
      readonly certificate: Certificate;
      readonly by: Uint8Array;
    };

/** Which order holds a coin, and whether for good. */
export interface CoinRecord {
  readonly digest: Uint8Array;
  readonly spent: boolean;
}

/** Why a witness never votes again (chapter 16). */
export type Retired = 'log-rolled-back' | 'vote-forgotten' | 'two-certificates' | 'restored-copy';

/** What convicts others, under its name: of evidence against a witness that of the evidence, not of the exhibit. */
export interface KeptEvidence {
  readonly id: Uint8Array;
  readonly held: Exhibit;
}

/** One entry of a log, as it was hashed. */
export interface Logged {
  readonly entry: LogEntry;
  readonly bytes: Uint8Array;
}

/** A witness's log with the tree over it. Entries are only ever added (LOG-4). */
export class Log {
  readonly #entries: Logged[] = [];
  readonly #leaves: Uint8Array[] = [];
  readonly #tree = new MerkleTree();

  get size(): number {
    return this.#entries.length;
  }

  /** Adds an entry, and gives its position. */
  append(entry: LogEntry): number {
    const bytes = encode(logEntry, entry);
    const leaf = leafHash(bytes);
    this.#tree.append(leaf);
    this.#leaves.push(leaf);
    return this.#entries.push({ entry, bytes }) - 1;
  }

  at(position: number): Logged | undefined {
    return this.#entries[position];
  }

  root(): Uint8Array {
    return this.#tree.root();
  }

  /** Whether it has at least as many entries as the head, and the head's root over so many (ROLLBACK-6). */
  extends(head: Head): boolean {
    if (head.size > BigInt(this.size)) return false;
    return equalBytes(merkleRoot(this.#leaves.slice(0, Number(head.size))), head.root);
  }
}

/** What a witness keeps of one keyset, in memory. Whoever makes it durable does so before a reply leaves (WITNESS-3). */
export class WitnessState {
  readonly #orders = new Map<string, OrderRecord>();
  readonly #coins = new Map<string, CoinRecord>();
  readonly #references = new Map<string, Uint8Array>();
  readonly #counters = new Map<string, bigint>();
  readonly #feeds = new Map<number, number[]>();
  readonly books = new Books();
  readonly log = new Log();
  readonly #evidence: KeptEvidence[] = [];
  #retired: Retired | undefined;
  #statement: ClosingStatement | undefined;

  order(digest: Uint8Array): OrderRecord | undefined {
    return this.#orders.get(toHex(digest));
  }

  /** The records of all orders. */
  orders(): Iterable<OrderRecord> {
    return this.#orders.values();
  }

  setOrder(digest: Uint8Array, record: OrderRecord): void {
    this.#orders.set(toHex(digest), record);
  }

  coin(point: Uint8Array): CoinRecord | undefined {
    return this.#coins.get(toHex(point));
  }

  setCoin(point: Uint8Array, record: CoinRecord): void {
    this.#coins.set(toHex(point), record);
  }

  freeCoin(point: Uint8Array): void {
    this.#coins.delete(toHex(point));
  }

  /** The order without inputs that holds a store's reference. */
  reference({ store, reference }: Order): Uint8Array | undefined {
    return this.#references.get(`${store} ${toHex(reference)}`);
  }

  setReference({ store, reference }: Order, digest: Uint8Array): void {
    this.#references.set(`${store} ${toHex(reference)}`, digest);
  }

  counter(name: string): bigint {
    return this.#counters.get(name) ?? 0n;
  }

  count(name: string, more: bigint): void {
    this.#counters.set(name, this.counter(name) + more);
  }

  /** The positions of the log at which certified orders name a store. */
  feed(store: number): readonly number[] {
    return this.#feeds.get(store) ?? [];
  }

  addToFeed(store: number, position: number): void {
    this.#feeds.set(store, [...this.feed(store), position]);
  }

  /** What convicts others, without repetition, oldest first (EVIDENCE-9). */
  get evidence(): readonly KeptEvidence[] {
    return this.#evidence;
  }

  keepEvidence(evidence: Evidence): void {
    this.#keep({ id: evidenceId(evidence), held: { type: 'witness', value: evidence } });
  }

  /** Keeps a certified order that breaks a rule. */
  keepBadOrder(value: CertifiedOrder): void {
    const held: Exhibit = { type: 'order', value };
    this.#keep({ id: exhibitId(held), held });
  }

  #keep(kept: KeptEvidence): void {
    if (!this.#evidence.some(({ id }) => equalBytes(id, kept.id))) this.#evidence.push(kept);
  }

  /** Its closing statement, once it was signed. */
  get statement(): ClosingStatement | undefined {
    return this.#statement;
  }

  /** Keeps the one closing statement: the log is frozen for good (ROLLOVER-8, ROLLOVER-17). */
  close(statement: ClosingStatement): void {
    this.#statement ??= statement;
  }

  get retired(): Retired | undefined {
    return this.#retired;
  }

  /** Retires for the rest of the keyset; the reason for which it retired first stays (ROLLBACK-9). */
  retire(reason: Retired): void {
    this.#retired ??= reason;
  }
}
