// What the stores of a federation in memory answer to a wallet that restores (chapter 20).

import * as crypto from '../../dist/crypto/index.js';
import * as message from '../../dist/message/index.js';
import { fromBase64, toBase64 } from '../../dist/wallet/base64.js';
import { problem } from './federation.mjs';

const { fromHex, toHex } = crypto;
const PAGE = 2;

/** The answer to a path of chapter 15, "Restore"; undefined for another. */
export function restoreAnswer(federation, { path, body }) {
  const { pathname, searchParams } = new URL(path, 'https://store.test');
  const [, , what, id, index] = pathname.split('/');
  if (what === 'probes') return probes(federation, JSON.parse(body));
  if (what !== 'buckets') return undefined;
  const keyset = federation.charter.keyset(Number(id));
  if (keyset === undefined) return problem(422, 'charter-behind');
  const nonce = fromHex(searchParams.get('nonce'));
  if (index === undefined) return lengths(federation, keyset, nonce);
  const witness = federation.witnesses.get(keyset.id)[Number(index)];
  if (witness === undefined) return problem(404, 'not-found');
  if (federation.mute.has(witness.index)) return problem(503, 'quorum-unreachable', { answered: 0, needed: 1 });
  const after = searchParams.get('after');
  const query = {
    keyset: keyset.id,
    bits: Number(searchParams.get('bits')),
    number: Number(searchParams.get('number')),
    after: after === null ? null : message.decode(message.bucketPlace, fromBase64(after), 64),
    nonce,
  };
  return pages(federation, keyset, witness, query);
}

function lengths(federation, keyset, nonce) {
  const said = federation.witnesses
    .get(keyset.id)
    .filter(({ index }) => !federation.mute.has(index))
    .map(({ index, vote }) => message.signLength(vote, keyset, index, nonce, federation.bits ?? 0));
  if (said.length < keyset.enough) return problem(503, 'quorum-unreachable', { answered: said.length, needed: 3 });
  return { status: 200, json: { lengths: said.map((each) => toBase64(message.encode(message.bucketLength, each))) } };
}

/** All entries of a witness, by increasing place. */
function entriesOf(federation, keyset, witness, { bits, number }) {
  const orders = [...federation.orders.values()].filter(({ certificate }) => certificate !== undefined);
  const hidden = federation.hides?.(witness) ?? (() => false);
  return orders
    .filter((held) => !hidden(held))
    .flatMap((held) =>
      message.bucketPlaces(held.checked.order, keyset.id).map((place) => {
        const certified = { order: held.checked.order, certificate: held.certificate };
        return { place, entry: { blinded: place.blinded, certified, held } };
      }),
    )
    .filter(({ place }) => message.bucketNumber(place.blinded, bits) === number)
    .sort((a, b) => message.comparePlaces(a.place, b.place));
}

/** Pages of two entries, two pages in an answer: what is longer has to be asked for again. */
function pages(federation, keyset, witness, query) {
  const all = entriesOf(federation, keyset, witness, query);
  const answer = [];
  let { after } = query;
  do {
    const rest = all.filter(({ place }) => after === null || message.comparePlaces(place, after) > 0);
    const entries = rest.slice(0, PAGE).map(({ entry: { held, ...entry } }) => {
      held.stored ??= new Map();
      const name = `${keyset.id}/${witness.index}`;
      if (!held.stored.has(name)) held.stored.set(name, federation.evaluation(witness, held, keyset.id));
      return { ...entry, evaluation: held.stored.get(name) };
    });
    const more = rest.length > PAGE;
    answer.push(message.signPage(witness.vote, keyset, witness.index, { ...query, after }, entries, more));
    if (!more) break;
    after = rest[PAGE - 1].place;
  } while (answer.length < 2);
  return { status: 200, json: { pages: answer.map((page) => toBase64(message.encode(message.bucketPage, page))) } };
}

function probes(federation, { probe: text }) {
  const probe = message.decode(message.probe, fromBase64(text), 132);
  message.checkProbe(probe, federation.body.federation);
  const keyset = federation.charter.keyset(probe.keyset);
  const answers = federation.witnesses
    .get(keyset.id)
    .filter(({ index }) => !federation.mute.has(index))
    .map((witness) => message.signProbeAnswer(witness.vote, keyset, witness.index, probe, stateOf(federation, witness, probe)));
  if (answers.length === 0) return problem(503, 'quorum-unreachable', { answered: 0, needed: 1 });
  return { status: 200, json: { answers: answers.map((each) => toBase64(message.encode(message.probeAnswer, each))) } };
}

function stateOf(federation, witness, { point }) {
  const spends = ({ checked }) => checked.order.inputs.some((input) => toHex(input.point) === toHex(point));
  const spent = [...federation.orders.values()].find((held) => held.certificate !== undefined && spends(held));
  if (spent !== undefined) {
    return { type: 'spent', value: { order: spent.checked.order, certificate: spent.certificate } };
  }
  const bound = [...witness.bound.values()].find(spends);
  return bound === undefined ? { type: 'unbound' } : { type: 'bound', value: bound.signed };
}
