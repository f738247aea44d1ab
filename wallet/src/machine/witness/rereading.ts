import { equalBytes } from '../../crypto/bytes.js';
import { leafHash, MerkleTree } from '../../crypto/merkle.js';
import { encode, logEntry, type Evidence, type Head, type Keyset, type LogPage } from '../../message/index.js';
import { checkPageHead, checkPageLength, PageError } from './page.js';

/** What reading a log once more comes to: the fork that it proves, or nothing if the log leads through the earlier head. */
export interface Outcome {
  readonly proof: Evidence | undefined;
}

/**
 * Reads the whole log of a peer once more, of which it has parted from an earlier head: what was read then is not kept, and a
 * proof has to show it (LOG-18).
 */
export class Rereading {
  readonly #log = new MerkleTree();
  /** The subtrees behind the earlier head. */
  readonly #behind: MerkleTree;
  /** The log as it is at the size of the earlier head. */
  #cut: MerkleTree | undefined;

  constructor(
    readonly peer: number,
    readonly earlier: Head,
  ) {
    this.#behind = new MerkleTree(earlier.size);
  }

  /** From where to read on. */
  get position(): bigint {
    return this.#log.size;
  }

  /**
   * Takes the next page. Gives the outcome, once the log was read to a head that is no shorter than the earlier one.
   *
   * @throws PageError if the page is refused; the log is to be read from its beginning then
   */
  take(page: LogPage, keyset: Keyset): Outcome | undefined {
    checkPageHead(page, this.peer, keyset);
    checkPageLength(page, this.position);
    this.#cutHere();
    for (const entry of page.entries) {
      const leaf = leafHash(encode(logEntry, entry));
      this.#log.append(leaf);
      if (this.#cut !== undefined) this.#behind.append(leaf);
      this.#cutHere();
    }
    if (this.position < page.head.size) return undefined;
    if (!equalBytes(this.#log.root(), page.head.root)) throw new PageError('root');
    return this.#cut && { proof: this.#proofAgainst(this.#cut, page.head, keyset) };
  }

  #cutHere(): void {
    if (this.position === this.earlier.size) this.#cut = this.#log.copy();
  }

  #proofAgainst(cut: MerkleTree, longer: Head, keyset: Keyset): Evidence | undefined {
    const shorter = this.earlier;
    if (equalBytes(cut.root(), shorter.root)) return undefined;
    const subtrees = shorter.size === longer.size ? [] : [...cut.hashes, ...this.#behind.hashes];
    return { type: 'fork', keyset: keyset.id, shorter, longer, subtrees };
  }
}
