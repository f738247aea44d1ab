import { coinSecret, federationSeed, fromHex as hex, toHex } from '../crypto/index.js';
import { Search, searchedKeysets, Turns } from '../machine/wallet/index.js';
import { bucketLength, bucketPage, bucketPlace, bucketQuery, decode, decodeMessage, MAX_MESSAGE_BYTES, MESSAGES } from '../message/index.js';
import { agreedLength, BucketError, bucketNumber, bucketPlaces, checkProbe, encode, longestPrefix, probe, probeAnswer, quorum } from '../message/index.js';
import { signProbe, verdictOf, verifyPage, verifyProbeAnswer, orderDigest } from '../message/index.js';
import type { BucketPlace, Codec, CoinState } from '../message/index.js';
import { charterOf, keysetOf, type Handler, type Input, type Output } from './answer.js';
import { toJson } from './json.js';

const read = <T>(codec: Codec<T>, text: string): T => decode(codec, hex(text), MAX_MESSAGE_BYTES);

const shown = (place: BucketPlace, bits: number): Output => ({
  ...(toJson(bucketPlace, place) as object),
  number: bucketNumber(place.blinded, bits),
});

function places(input: Input): Output {
  const order = decodeMessage(MESSAGES.Order, hex(input.order));
  return { places: bucketPlaces(order, input.keyset).map((place) => shown(place, input.bits)) };
}

function sizes({ each, but }: Input): Output {
  const counts = new Array<number>(65_536).fill(each);
  for (const { number, entries } of but) counts[number] = entries;
  return { bits: longestPrefix(counts) };
}

function length(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const answers = input.answers.map((text: string) => read(bucketLength, text));
  return { bits: agreedLength(answers, hex(input.nonce), keyset) };
}

function page(input: Input): Output {
  const query = read(bucketQuery, input.query);
  const keyset = keysetOf(charterOf(input.charters), query.keyset);
  const { places, next } = verifyPage(read(bucketPage, input.page), query, input.index, keyset);
  return {
    places: places.map((place) => shown(place, query.bits)),
    next: next === undefined ? null : shown(next, query.bits),
  };
}

function checked(input: Input): Output {
  checkProbe(read(probe, input.probe), hex(input.federation));
  return {};
}

function signed(input: Input): Output {
  const { keyset, device, order, slot } = input;
  const federation = hex(input.federation);
  const secret = coinSecret(federationSeed(hex(input.seed), federation), { keyset, device, order: BigInt(order), slot });
  const made = signProbe(federation, keyset, secret, hex(input.nonce), hex(input.entropy));
  return { probe: toHex(encode(probe, made)) };
}

function digestOf(state: CoinState): string | null {
  if (state.type === 'unbound') return null;
  return toHex(orderDigest(state.value.order));
}

function answer(input: Input): Output {
  const asked = read(probe, input.probe);
  const said = read(probeAnswer, input.answer);
  const state = verifyProbeAnswer(said, asked, keysetOf(charterOf(input.charters), asked.keyset));
  return { index: said.index, state: state.type, order: digestOf(state) };
}

function verdict(input: Input): Output {
  const asked = read(probe, input.probe);
  const answers = input.answers.map((text: string) => read(probeAnswer, text));
  const found = verdictOf(answers, asked, keysetOf(charterOf(input.charters), asked.keyset));
  return { state: found.type, order: 'digest' in found ? toHex(found.digest) : null };
}

function search(input: Input): Output {
  const keysets = searchedKeysets(charterOf(input.charters), BigInt(input.now)).map(({ id }) => id);
  const machine = new Search(input.device, keysets);
  for (const { keyset, numbers, found } of input.answered) {
    for (const number of numbers) machine.answered({ keyset, number }, found.includes(number));
  }
  const open = keysets.map((keyset) => ({
    keyset,
    numbers: machine.open().filter((each) => each.keyset === keyset).map(({ number }) => number),
  }));
  return { device: machine.device, done: machine.done, open: open.filter(({ numbers }) => numbers.length > 0) };
}

/** Reads buckets of so many pages in the turns of Ask; a witness that gives no more pages has failed. */
function turnsOf({ witnesses, faults, buckets }: Input): Output {
  const committee = { quorum: quorum(witnesses, faults), faults };
  const left = new Map<number, number>(buckets.map(({ index, pages }: Input) => [index, pages]));
  const machine = new Turns([...left.keys()], committee);
  const turns: { index: number; pages: number }[] = [];
  let good = 0;
  for (;;) {
    const turn = machine.next(good === 0 || good >= committee.quorum);
    if (turn === undefined) break;
    const { index } = turn;
    const bucket = buckets.find((each: Input) => each.index === index);
    const pages = Math.min(turn.pages, left.get(index) as number);
    const rest = (left.get(index) as number) - pages;
    left.set(index, rest);
    if (rest === 0 && pages > 0 && bucket.good) good += 1;
    machine.took(pages, rest === 0 && bucket.ends ? 'ended' : pages < turn.pages ? 'failed' : 'aside');
    if (pages > 0) turns.push({ index, pages });
  }
  if (!machine.enough) throw new BucketError('too-few', { ended: machine.ended });
  return { turns };
}

/** The types of chapter 20. */
export const restoreHandlers: Readonly<Record<string, Handler>> = {
  'bucket-places': places,
  'bucket-sizes': sizes,
  'bucket-length': length,
  'bucket-page': page,
  probe: checked,
  'probe-sign': signed,
  'probe-answer': answer,
  'probe-verdict': verdict,
  'bucket-turns': turnsOf,
  'wallet-search': search,
};
