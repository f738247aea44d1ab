import { MerkleTree } from '../../crypto/merkle.js';
import { RECENT_LEAVES } from '../../message/index.js';

/**
 * The leaves of a log that were read: the subtrees over them, and the hashes of the last, so that the root is known for every
 * size of late. How much that takes is bounded, however long the log is.
 */
export class ReadLeaves {
  #all = new MerkleTree();
  /** The subtrees over all leaves before those whose hashes are kept. */
  #before = new MerkleTree();
  /** At least the last 1,024, if there are so many. */
  #recent: Uint8Array[] = [];

  get size(): bigint {
    return this.#all.size;
  }

  append(leaf: Uint8Array): void {
    this.#all.append(leaf);
    if (this.#recent.push(leaf) < 2 * RECENT_LEAVES) return;
    for (const old of this.#recent.splice(0, RECENT_LEAVES)) this.#before.append(old);
  }

  root(): Uint8Array {
    return this.#all.root();
  }

  /** The root over the first `size` leaves, if it is known. */
  rootAt(size: bigint): Uint8Array | undefined {
    if (size === this.size) return this.root();
    if (size === 0n) return new MerkleTree().root();
    if (size > this.size || size < this.#before.size) return undefined;
    const tree = this.#before.copy();
    for (const leaf of this.#recent.slice(0, Number(size - tree.size))) tree.append(leaf);
    return tree.root();
  }

  copy(): ReadLeaves {
    const leaves = new ReadLeaves();
    leaves.#all = this.#all.copy();
    leaves.#before = this.#before.copy();
    leaves.#recent = [...this.#recent];
    return leaves;
  }
}
