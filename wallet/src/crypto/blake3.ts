const IV = /* @__PURE__ */ Uint32Array.of(
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
);
/** Which word of the message each round takes at which place: the same permutation, again and again. */
const SCHEDULES = /* @__PURE__ */ (() => {
  const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
  const schedules = [permutation.map((_, i) => i)];
  for (let round = 1; round < 7; round++) {
    const before = schedules[round - 1] as number[];
    schedules.push(permutation.map((from) => before[from] as number));
  }
  return schedules;
})();
/** The places that are mixed together: four columns, then four diagonals. */
const MIXED = [0x048c, 0x159d, 0x26ae, 0x37bf, 0x05af, 0x16bc, 0x278d, 0x349e] as const;

const CHUNK_START = 1;
const CHUNK_END = 2;
const PARENT = 4;
const ROOT = 8;
const DERIVE_KEY_CONTEXT = 32;
const DERIVE_KEY_MATERIAL = 64;
const CHUNK = 1024;
const BLOCK = 64;

/** A node of the tree before its last compression. */
interface Node {
  readonly chain: Uint32Array;
  readonly block: Uint32Array;
  readonly counter: number;
  readonly length: number;
  readonly flags: number;
}

/** Mixes four words of the state with two of the message. */
function mix(v: Uint32Array, places: number, x: number, y: number): void {
  const [a, b, c, d] = [places >> 12, (places >> 8) & 15, (places >> 4) & 15, places & 15];
  let [va, vb, vc, vd] = [v[a] as number, v[b] as number, v[c] as number, v[d] as number];
  va = (va + vb + x) | 0;
  vd ^= va;
  vd = (vd >>> 16) | (vd << 16);
  vc = (vc + vd) | 0;
  vb ^= vc;
  vb = (vb >>> 12) | (vb << 20);
  va = (va + vb + y) | 0;
  vd ^= va;
  vd = (vd >>> 8) | (vd << 24);
  vc = (vc + vd) | 0;
  vb ^= vc;
  v[a] = va;
  v[b] = (vb >>> 7) | (vb << 25);
  v[c] = vc;
  v[d] = vd;
}

/** The compression function: 16 words. */
function compress({ chain, block, counter, length, flags }: Node): Uint32Array {
  const v = new Uint32Array(16);
  v.set(chain);
  v.set(IV.subarray(0, 4), 8);
  v[12] = counter;
  v[13] = counter / 2 ** 32;
  v[14] = length;
  v[15] = flags;
  for (const schedule of SCHEDULES) {
    for (let i = 0; i < 8; i++) {
      const [x, y] = [schedule[2 * i] as number, schedule[2 * i + 1] as number];
      mix(v, MIXED[i] as number, block[x] as number, block[y] as number);
    }
  }
  for (let i = 0; i < 8; i++) {
    v[i] = (v[i] as number) ^ (v[i + 8] as number);
    v[i + 8] = (v[i + 8] as number) ^ (chain[i] as number);
  }
  return v;
}

/** 64 bytes, or fewer with zeros after them, as words. */
function words(bytes: Uint8Array): Uint32Array {
  const block = new Uint32Array(16);
  for (let i = 0; i < bytes.length; i++) {
    block[i >> 2] = (block[i >> 2] as number) | ((bytes[i] as number) << (8 * (i & 3)));
  }
  return block;
}

/** The node over some bytes, of which the first chunk is `counter`. */
function nodeOf(bytes: Uint8Array, key: Uint32Array, mode: number, counter: number): Node {
  if (bytes.length > CHUNK) {
    const chunks = 2 ** Math.floor(Math.log2((bytes.length - 1) / CHUNK));
    const left = compress(nodeOf(bytes.subarray(0, chunks * CHUNK), key, mode, counter));
    const right = compress(nodeOf(bytes.subarray(chunks * CHUNK), key, mode, counter + chunks));
    const block = new Uint32Array(16);
    block.set(left.subarray(0, 8));
    block.set(right.subarray(0, 8), 8);
    return { chain: key, block, counter: 0, length: BLOCK, flags: mode | PARENT };
  }
  let chain = key;
  let start = CHUNK_START;
  let at = 0;
  for (; bytes.length - at > BLOCK; at += BLOCK) {
    const block = words(bytes.subarray(at, at + BLOCK));
    chain = compress({ chain, block, counter, length: BLOCK, flags: mode | start }).slice(0, 8);
    start = 0;
  }
  const block = words(bytes.subarray(at));
  return { chain, block, counter, length: bytes.length - at, flags: mode | start | CHUNK_END };
}

function rootOf(bytes: Uint8Array, key: Uint32Array, mode: number): Node {
  const node = nodeOf(bytes, key, mode, 0);
  return { ...node, counter: 0, flags: node.flags | ROOT };
}

/** BLAKE3 `derive_key`: an endless output, read in order. */
export function blake3DeriveKey(context: Uint8Array, material: Uint8Array): (length: number) => Uint8Array {
  const key = compress(rootOf(context, IV, DERIVE_KEY_CONTEXT)).slice(0, 8);
  const root = rootOf(material, key, DERIVE_KEY_MATERIAL);
  let counter = 0;
  let rest = new Uint8Array(0);
  return (length) => {
    const output = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (rest.length === 0) rest = bytesOf(compress({ ...root, counter: counter++ }));
      const piece = rest.subarray(0, length - at);
      output.set(piece, at);
      rest = rest.subarray(piece.length);
      at += piece.length;
    }
    return output;
  };
}

function bytesOf(block: Uint32Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: BLOCK }, (_, i) => (block[i >> 2] as number) >>> (8 * (i & 3)));
}
