import { derive } from './hash.js';
import * as LABELS from './labels.js';

/** LeafHash: of the bytes of a whole log entry (LOG-5). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return derive(LABELS.LOG_LEAF, entry);
}

/** NodeHash: of two subtrees (LOG-6). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return derive(LABELS.LOG_NODE, left, right);
}

/** The perfect subtrees over a log's leaves, the largest first: enough to append, and to tell the root. */
export class MerkleTree {
  readonly #subtrees: { readonly size: number; readonly hash: Uint8Array }[] = [];
  #size = 0;

  /** How many leaves there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf hash at the end. */
  append(leaf: Uint8Array): void {
    let last = { size: 1, hash: leaf };
    for (;;) {
      const before = this.#subtrees.at(-1);
      if (before?.size !== last.size) break;
      this.#subtrees.pop();
      last = { size: 2 * last.size, hash: nodeHash(before.hash, last.hash) };
    }
    this.#subtrees.push(last);
    this.#size += 1;
  }

  /** Root (LOG-6, LOG-7). */
  root(): Uint8Array {
    const subtrees = [...this.#subtrees];
    let root = subtrees.pop()?.hash;
    if (root === undefined) return derive(LABELS.LOG_EMPTY);
    for (let left = subtrees.pop(); left !== undefined; left = subtrees.pop()) root = nodeHash(left.hash, root);
    return root;
  }
}

/** Root of a list of leaf hashes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}
