/**
 * Packed word lists: front-coded (a capital says how many letters a word shares with the one before: "A" none, "B" one,
 * ...; then the others), and that text arithmetically coded, each bit of a letter by how often it came after the letter
 * before. Only +, -, * and / are used, which are the same everywhere. scripts/words.mjs packs; a test compares the lists
 * with the hashes of the specification.
 */
export interface PackedWords {
  /** The letters of the front-coded text, at most 64. */
  readonly alphabet: string;
  /** How many letters it has. */
  readonly length: number;
  /** The coded bits, in base64. */
  readonly code: string;
}

/** How likely the next bit is a 1, as a function of what came before. Both sides keep one and feed it the same bits. */
export class BitModel {
  readonly #odds = new Float64Array(64 * 64).fill(0.5);
  readonly #seen = new Float64Array(64 * 64);

  /** A number from 0.01 to 0.99. */
  odds(place: number): number {
    return Math.min(0.99, Math.max(0.01, this.#odds[place] as number));
  }

  /** Takes a bit in. */
  update(place: number, bit: number): void {
    const seen = Math.min(200, (this.#seen[place] as number) + 1);
    this.#seen[place] = seen;
    this.#odds[place] = (this.#odds[place] as number) + (bit - (this.#odds[place] as number)) / (seen + 0.5);
  }
}

/** Splits a range of 32 bits at the odds of a 1, which takes the lower part. */
export function splitRange(low: number, high: number, odds: number): number {
  return low + Math.floor((high - low) * odds);
}

/** The front-coded text. */
function decodeText({ alphabet, length, code }: PackedWords): string {
  const bytes = atob(code);
  const model = new BitModel();
  let [at, low, high, value] = [0, 0, 0xffffffff, 0];
  const shift = (x: number, byte: number): number => (x % 2 ** 24) * 256 + byte;
  const next = (): number => (at < bytes.length ? bytes.charCodeAt(at++) : 0);
  for (let i = 0; i < 4; i++) value = shift(value, next());
  let text = '';
  for (let before = 0; text.length < length; ) {
    let node = 1;
    while (node < 64) {
      const place = before * 64 + node;
      const middle = splitRange(low, high, model.odds(place));
      const bit = value <= middle ? 1 : 0;
      if (bit === 1) high = middle;
      else low = middle + 1;
      while (low >>> 24 === high >>> 24) {
        low = shift(low, 0);
        high = shift(high, 255);
        value = shift(value, next());
      }
      model.update(place, bit);
      node = 2 * node + bit;
    }
    before = node - 64;
    text += alphabet[before] ?? '';
  }
  return text;
}

/** The words of a packed list. */
export function unpackWords(packed: PackedWords): string[] {
  let before = '';
  const items = decodeText(packed).match(/[A-Z][^A-Z]*/g) ?? [];
  return items.map((item) => (before = before.slice(0, item.charCodeAt(0) - 65) + item.slice(1)));
}
