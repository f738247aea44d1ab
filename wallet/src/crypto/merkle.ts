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

/** A perfect subtree: 2^level leaves, by the hash of its root. */
interface Subtree {
  readonly level: number;
  readonly hash: Uint8Array;
}

/**
 * The fewest perfect subtrees over a log's leaves, from the left: enough to append, and to tell the root. Those over the leaves
 * from a later position on are what a proof shows of them (Cover).
 */
export class MerkleTree {
  #row: Subtree[] = [];
  #size: bigint;

  constructor(from = 0n) {
    this.#size = from;
  }

  /** How many leaves there are, with those before the first subtree. */
  get size(): bigint {
    return this.#size;
  }

  /** The roots of the subtrees. */
  get hashes(): Uint8Array[] {
    return this.#row.map(({ hash }) => hash);
  }

  /** Another tree, which grows for itself. */
  copy(): MerkleTree {
    const tree = new MerkleTree(this.#size);
    tree.#row = [...this.#row];
    return tree;
  }

  /** Adds a leaf hash at the end; or a perfect subtree of 2^level leaves, where one can stand. */
  append(hash: Uint8Array, level = 0): void {
    this.#size += 1n << BigInt(level);
    let last: Subtree = { level, hash };
    for (;;) {
      const before = this.#row.at(-1);
      if (before?.level !== last.level || this.#size % (2n << BigInt(last.level)) !== 0n) break;
      this.#row.pop();
      last = { level: last.level + 1, hash: nodeHash(before.hash, last.hash) };
    }
    this.#row.push(last);
  }

  /**
   * Advance: appends the subtrees between here and `to`, whose roots are the first of `hashes`. Gives the hashes that are
   * left, or nothing if there are too few, or more leaves than `to` already.
   */
  advance(to: bigint, hashes: readonly Uint8Array[]): readonly Uint8Array[] | undefined {
    if (this.#size > to) return undefined;
    const levels = cover(this.#size, to);
    if (hashes.length < levels.length) return undefined;
    levels.forEach((level, i) => this.append(hashes[i] as Uint8Array, level));
    return hashes.slice(levels.length);
  }

  /** Root (LOG-6, LOG-7), of a tree from position 0. */
  root(): Uint8Array {
    const subtrees = [...this.#row];
    let root = subtrees.pop()?.hash;
    if (root === undefined) return derive(LABELS.LOG_EMPTY);
    for (let left = subtrees.pop(); left !== undefined; left = subtrees.pop()) root = nodeHash(left.hash, root);
    return root;
  }
}

/** Cover: the levels of the fewest perfect subtrees over the leaves from one position to before another, from the left. */
export function cover(from: bigint, to: bigint): number[] {
  const levels: number[] = [];
  for (let at = from; at < to; ) {
    let level = 0n;
    while (at % (2n << level) === 0n && at + (2n << level) <= to) level += 1n;
    levels.push(Number(level));
    at += 1n << level;
  }
  return levels;
}

/** Root of a list of leaf hashes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}
