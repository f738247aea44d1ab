import { equalBytes } from '../../crypto/bytes.js';
import { leafHash, MerkleTree } from '../../crypto/merkle.js';
import { encode, logEntry, type Evidence, type Head, type Keyset, type LogPage } from '../../message/index.js';
import { checkPageHead, checkPageLength, PageError } from './page.js';

/** What an inquiry comes to: the fork that it proves, or nothing if the log leads through the heads. */
export interface Finding {
  readonly proof: Evidence | undefined;
}

/** A head through which the log does not lead, and the log cut where it ends. */
interface Contradicted {
  readonly head: Head;
  readonly cut: MerkleTree;
  /** The subtrees behind the cut. */
  readonly behind: MerkleTree;
}

/**
 * Reads the whole log of a peer once more, which has parted from a head, and compares it with all heads that were kept: what
 * was read before is not kept, and a proof has to show it (LOG-18).
 */
export class Inquiry {
  readonly #log = new MerkleTree();
  #contradicted: Contradicted | undefined;

  /**
   * @param heads those that the follower keeps: the highest, the read, the parted and the unchecked, in this order
   * @param enough the entries that the parted or the read head has as it begins, of which more are: a log of fewer has not
   * answered
   */
  constructor(
    readonly peer: number,
    readonly heads: readonly Head[],
    readonly enough: bigint,
  ) {
    this.#compare();
  }

  /** From where to read on. */
  get position(): bigint {
    return this.#log.size;
  }

  /**
   * Inquire: takes the next page. Gives what was found, or nothing while the inquiry goes on.
   *
   * @throws PageError if the page is refused; that ends the inquiry, and another one is to begin
   */
  take(page: LogPage, keyset: Keyset): Finding | undefined {
    const { head, entries } = page;
    checkPageHead(page, this.peer, keyset);
    checkPageLength(page, this.position);
    for (const entry of entries) {
      const leaf = leafHash(encode(logEntry, entry));
      this.#log.append(leaf);
      if (this.#contradicted === undefined) this.#compare();
      else this.#contradicted.behind.append(leaf);
    }
    if (this.position < head.size) return undefined;
    if (!equalBytes(this.#log.root(), head.root)) throw new PageError('root');
    if (this.#contradicted !== undefined) return { proof: forkOf(this.#contradicted, head, keyset) };
    // One that was shown shorter contradicts nothing, since it says nothing.
    if (head.size < this.enough) throw new PageError('length');
    return { proof: undefined };
  }

  /** The first of the heads with as many entries as were read, and another root, is contradicted. */
  #compare(): void {
    const { position } = this;
    const here = this.heads.filter(({ size }) => size === position);
    if (here.length === 0) return;
    const root = this.#log.root();
    const head = here.find((each) => !equalBytes(each.root, root));
    if (head === undefined) return;
    this.#contradicted = { head, cut: this.#log.copy(), behind: new MerkleTree(position) };
  }
}

function forkOf({ head: shorter, cut, behind }: Contradicted, longer: Head, { id }: Keyset): Evidence {
  const subtrees = shorter.size === longer.size ? [] : [...cut.hashes, ...behind.hashes];
  return { type: 'fork', keyset: id, shorter, longer, subtrees };
}
