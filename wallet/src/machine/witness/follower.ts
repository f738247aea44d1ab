import { equalBytes } from '../../crypto/bytes.js';
import { RondeError } from '../../crypto/error.js';
import { leafHash, merkleRoot } from '../../crypto/merkle.js';
import {
  encode,
  logEntry,
  verifyHead,
  type CertifiedOrder,
  type Evidence,
  type Head,
  type Keyset,
  type LogEntry,
  type LogPage,
} from '../../message/index.js';

/** A page of a log that is not taken over; the fault is of the witness that was asked. */
export class PageError extends RondeError<'head' | 'length' | 'root'> {
  constructor(code: 'head' | 'length' | 'root') {
    const meaning = {
      head: 'the head is not signed by the witness that sent it',
      length: 'more entries than the head has, or none though it has more',
      root: 'the entries do not hash to the signed head',
    }[code];
    super(code, meaning, { fault: 'witness', retryable: true });
  }
}

/** What a page gave. */
export interface PageRead {
  /** All entries of it that count, and those of them that are certified orders. */
  readonly entries: readonly LogEntry[];
  readonly certified: readonly CertifiedOrder[];
  /** Whether the log goes on. */
  readonly more: boolean;
  /** Whether it was read to the end of the head. One that is refused, but for what it proves, is not, and does not go on. */
  readonly ended: boolean;
  readonly evidence: Evidence | undefined;
}

/** What is remembered of a peer's log while it is read. */
export class Follower {
  #leaves: Uint8Array[] = [];
  #highest: Head | undefined;

  constructor(readonly peer: number) {}

  /** How many entries were read. */
  get position(): number {
    return this.#leaves.length;
  }

  /** The highest head seen (LOG-16). */
  get highest(): Head | undefined {
    return this.#highest;
  }

  /** Keeps a verified head of the peer if it is the highest; gives evidence if it contradicts that (LOG-17). */
  see(head: Head, keyset: Keyset): Evidence | undefined {
    const seen = this.#highest;
    if (seen === undefined || head.size > seen.size) {
      this.#highest = head;
      return undefined;
    }
    if (head.size < seen.size || equalBytes(head.root, seen.root)) return undefined;
    return { type: 'fork', keyset: keyset.id, shorter: seen, longer: head, subtrees: [] };
  }

  /**
   * ReadPage (LOG-13): all of the page, or nothing of it. The head of one that is refused for its entries is signed all the
   * same: it is kept, and what it proves stands in the place of the error (LOG-16, LOG-17).
   */
  read(page: LogPage, keyset: Keyset): PageRead {
    this.#verifyHead(page.head, keyset);
    const evidence = this.see(page.head, keyset);
    const leaves = [...this.#leaves, ...page.entries.map((entry) => leafHash(encode(logEntry, entry)))];
    const [size, count] = [page.head.size, BigInt(leaves.length)];
    if (count > size || (page.entries.length === 0 && count < size)) return refused('length', evidence);
    this.#leaves = leaves;
    if (count < size) return { ...of(page.entries, evidence), more: true, ended: false };
    if (!equalBytes(merkleRoot(leaves), page.head.root)) {
      this.#leaves = [];
      return refused('root', evidence);
    }
    return { ...of(page.entries, evidence), more: false, ended: true };
  }

  /** Whether a statement of this size and root ends what was read: no head of more entries was seen. */
  isEndedBy({ size, root }: Pick<Head, 'size' | 'root'>): boolean {
    if (size !== BigInt(this.position) || size < (this.#highest?.size ?? 0n)) return false;
    return equalBytes(merkleRoot(this.#leaves), root);
  }

  /** Goes back to where reading stood, so that what could not be taken over for now is read again (LOG-15). */
  rewind(position: number): void {
    this.#leaves = this.#leaves.slice(0, position);
  }

  #verifyHead(head: Head, keyset: Keyset): void {
    try {
      if (head.index !== this.peer) throw new PageError('head');
      verifyHead(head, keyset);
    } catch {
      throw new PageError('head');
    }
  }
}

/** A page that is refused for its entries: what its head proves, with none of them, or the error. */
function refused(code: 'length' | 'root', evidence: Evidence | undefined): PageRead {
  if (evidence === undefined) throw new PageError(code);
  return { ...of([], evidence), more: false, ended: false };
}

/** What a page brought. */
function of(entries: readonly LogEntry[], evidence: Evidence | undefined) {
  const certified = entries.flatMap((entry) => (entry.type === 'certified' ? [entry.value] : []));
  return { entries, certified, evidence };
}
