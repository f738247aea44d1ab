// A federation in memory: its charter, its witnesses as plain functions, and its stores as one `fetch`.
// It keeps only those rules that a wallet can notice.

import * as crypto from '../../dist/crypto/index.js';
import * as message from '../../dist/message/index.js';
import { charterHash, federationId, Charter } from '../../dist/message/charter-chain.js';
import { assemble, votedParts } from '../../dist/message/certificate.js';
import { makeEvaluation, outputsOf } from '../../dist/message/evaluation.js';
import { checkSubmission, CheckedOrder } from '../../dist/message/order-check.js';
import { list } from '../../dist/message/codec.js';
import { offerReference, orderDigest } from '../../dist/message/order-digest.js';
import { conflicts } from '../../dist/message/conflict.js';
import { RefusedError } from '../../dist/message/refused.js';
import { fromBase64, toBase64 } from '../../dist/wallet/base64.js';
import { Baskets } from './baskets.mjs';
import { restoreAnswer } from './restore.mjs';

const { derive, deriveWide, SigningKey, SecretScalar, GroupElement, toHex } = crypto;

/** Random bytes that are the same in each run with the same seed. */
export function randomOf(seed) {
  let count = 0;
  return (length) => {
    const pieces = [];
    for (let size = 0; size < length; size += 32) {
      pieces.push(derive('ronde/1 entropy split', crypto.utf8(seed), crypto.u64(count++)));
    }
    return crypto.concat(...pieces).slice(0, length);
  };
}

export const NOW = 1_800_000_000n;
const MONTH = 2_592_000n;

const keyOf = (name) => SigningKey.fromSeed(derive('ronde/1 key: node', crypto.utf8(name)));

/** The keys of a witness, in each keyset. */
function witnessOf(index, keyset) {
  const name = crypto.utf8(`poprf ${keyset} ${index}`);
  const poprf = SecretScalar.reduce(deriveWide('ronde/1 key: seed of a keyset', name));
  return { index, poprf, vote: keyOf(`vote ${keyset} ${index}`), bound: new Map(), certified: new Map() };
}

function memberEntry(witness, federation, keyset, random) {
  const place = { federation, keyset, index: witness.index };
  return {
    store: witness.index + 1,
    poprfKey: GroupElement.ofSecret(witness.poprf).toBytes(),
    poprfPossession: crypto.provePoprfKey(witness.poprf, place, random(32)),
    voteKey: witness.vote.publicKey,
    votePossession: crypto.proveVoteKey(witness.vote, place),
  };
}

export class Federation {
  /** Every request that came: {store, method, path, body}. */
  requests = [];
  /** Stores that do not answer. */
  down = new Set();
  /** Witnesses that neither vote nor evaluate. */
  mute = new Set();
  /** Keysets whose witnesses are behind with the logs of an earlier one: nothing moves in (`rollover-behind`). */
  behind = new Set();
  /** What happens to a request before (`undefined`: goes on) and to an answer after it was made. */
  before = undefined;
  after = undefined;
  orders = new Map();
  grants = new Map();
  checkouts = new Map();
  baskets = new Baskets(this);

  constructor({ n = 4, f = 1, keysets = 1, denominations, addresses, name = 'Les Quatre Coins', now = NOW } = {}) {
    this.now = now;
    this.random = randomOf(`federation ${name}`);
    this.addresses = addresses ?? Array.from({ length: n }, (_, i) => `https://store${i + 1}.test`);
    this.stewards = [0, 1, 2].map((i) => keyOf(`steward ${name} ${i}`));
    this.nodeKeys = Array.from({ length: n }, (_, i) => keyOf(`node ${i + 1}`));
    this.witnesses = new Map();
    const stewards = { keys: this.stewards.map(({ publicKey }) => publicKey), threshold: 2 };
    const genesis = { name, stewards, salt: this.random(32) };
    const federation = federationId(genesis);
    const split = denominations ?? Array.from({ length: 12 }, (_, i) => 1n << BigInt(i));
    for (let id = 1; id <= keysets; id += 1) {
      this.witnesses.set(id, Array.from({ length: n }, (_, index) => witnessOf(index, id)));
    }
    this.body = {
      genesis,
      federation,
      version: 1n,
      previous: new Uint8Array(32),
      settlesFork: null,
      issued: now - 1000n,
      expires: now + 12n * MONTH,
      stewards,
      pointValue: { cents: 1n, points: 1n },
      unspent: { type: 'to-issuers' },
      stores: this.addresses.map((address, i) => ({
        id: i + 1,
        name: `Store ${i + 1}`,
        nodeKey: this.nodeKeys[i].publicKey,
        quic: [`store${i + 1}.test:4433`],
        http: [address],
        dailyLimit: 1_000_000n,
      })),
      keysets: [...this.witnesses].map(([id, witnesses]) => ({
        id,
        members: witnesses.map((witness) => memberEntry(witness, federation, id, this.random)),
        faults: f,
        denominations: split,
        issueUntil: now + MONTH,
        redeemUntil: now + 3n * MONTH,
      })),
      associations: [{ id: 5, name: 'Le club', closed: false }],
      campaigns: [
        { id: 2, name: 'Jardin ?', choices: ['parc', 'étang'], minimum: 10n, end: now + MONTH, ballotsPerStore: 9n },
      ],
      offers: [{ id: 3, name: 'Un café', value: 150n, funder: 1, issuers: [1, 2], perStore: 99n, closed: false }],
    };
    this.chain = [this.sign(this.body)];
    this.charter = Charter.walk(federation, this.chain);
    this.fetch = (url, init) => this.#fetch(url, init);
  }

  /** A version, signed by two stewards. */
  sign(body) {
    const hash = charterHash(body);
    const signatures = this.stewards
      .slice(0, 2)
      .map((key) => ({ key: key.publicKey, signature: key.sign('ronde/1 signature: charter', body.federation, hash) }))
      .sort((a, b) => crypto.compareBytes(a.key, b.key));
    return { body, signatures };
  }

  /** The version that follows, changed. */
  nextVersion(change) {
    const { body } = this.chain.at(-1);
    const next = { ...body, genesis: null, version: body.version + 1n, previous: charterHash(body), ...change };
    return this.sign(next);
  }

  /** The next charter has one more keyset. */
  addKeyset({ denominations, issueUntil, redeemUntil }) {
    const [first] = this.body.keysets;
    const id = this.witnesses.size + 1;
    const witnesses = Array.from({ length: first.members.length }, (_, index) => witnessOf(index, id));
    this.witnesses.set(id, witnesses);
    const members = witnesses.map((witness) => memberEntry(witness, this.body.federation, id, this.random));
    const split = denominations ?? first.denominations;
    const entry = { ...first, id, members, denominations: split, issueUntil, redeemUntil };
    const keysets = [...this.chain.at(-1).body.keysets, entry];
    this.chain.push(this.nextVersion({ keysets, issued: this.now }));
    this.charter = Charter.walk(this.body.federation, this.chain);
  }

  /** A grant of a store; gives its link. */
  grant(points, { store = 1, vouchers = [], ballot } = {}) {
    const [id, secret] = [toBase64(this.random(16)), toBase64(this.random(32))];
    this.grants.set(id, { store, points, vouchers, ballot, secret, reference: this.random(32), taken: undefined });
    return `${this.addresses[store - 1]}/g/${id}#${secret}`;
  }

  /** A checkout of a store; gives its link. */
  checkout(max, { store = 1, step = 1n, expiry = this.now + 300n, lazy = false } = {}) {
    const id = toBase64(this.random(16));
    const { federation } = this.body;
    const offer = { federation, store, nonce: this.random(32), max, step, expiry, time: this.now - 7n };
    const signature = this.nodeKeys[store - 1].sign('ronde/1 signature: offer', message.encode(message.offer, offer));
    this.checkouts.set(id, { store, signed: { offer, signature }, handedIn: 0, taken: undefined, lazy });
    return `${this.addresses[store - 1]}/c/${id}`;
  }

  async #fetch(url, init) {
    const store = this.addresses.findIndex((address) => url.startsWith(`${address}/`)) + 1;
    if (store === 0 || this.down.has(store)) throw new TypeError('fetch failed');
    const { method, body } = init;
    const request = { store, method, path: url.slice(this.addresses[store - 1].length), body };
    this.requests.push(request);
    const { status, json } = (await this.before?.(request)) ?? this.answer(request);
    const changed = (await this.after?.(request, { status, json })) ?? { status, json };
    return new Response(changed.json && JSON.stringify(changed.json), { status: changed.status });
  }

  /** What a store answers. */
  answer({ store, method, path, body }) {
    try {
      const json = body === undefined ? undefined : JSON.parse(body);
      const [, , what, id, more] = path.split('?')[0].split('/');
      if (what === 'baskets' || more === 'received') return this.baskets.answer({ store, method, path, json });
      if (what === 'charter') return this.#charter();
      if (what === 'status') return { status: 200, json: { store, now_ms: Number(this.now) * 1000 } };
      if (what === 'grants' && method === 'GET') return this.#showGrant(store, id);
      if (what === 'grants') return this.#claim(store, id, json);
      if (what === 'orders' && method === 'POST') return this.#submit(store, json);
      if (what === 'orders') return this.#known(id);
      if (what === 'refunds' && method === 'GET') return this.#becameOf(store, id);
      if (what === 'refunds') return this.#refund(store, id, json);
      if (what === 'checkouts' && more === 'offer') return this.#offer(id);
      if (what === 'checkouts') return this.#handIn(id);
      return restoreAnswer(this, { path, body }) ?? problem(404, 'not-found');
    } catch (error) {
      if (error instanceof RefusedError) return this.#refused(error);
      throw error;
    }
  }

  #charter() {
    const chain = this.chain.map((signed) => toBase64(message.encode(message.signedCharter, signed)));
    const { federation, version } = this.chain.at(-1).body;
    const hash = toHex(charterHash(this.chain.at(-1).body));
    return { status: 200, json: { federation: toHex(federation), version: Number(version), hash, chain } };
  }

  #showGrant(store, id) {
    const grant = this.grants.get(id);
    if (grant?.store !== store) return problem(404, 'not-found');
    const ballot = grant.ballot === undefined ? {} : { ballot: grant.ballot };
    const { points, vouchers } = grant;
    return { status: 200, json: { id, store, points, ...ballot, vouchers, state: 'open', time: '', expires_at: '' } };
  }

  #claim(store, id, { secret, keyset, outputs }) {
    const grant = this.grants.get(id);
    if (grant?.store !== store || grant.secret !== secret) return problem(404, 'not-found');
    if (grant.taken !== undefined && grant.taken !== outputs) return problem(409, 'grant-claimed');
    if (grant.refusal !== undefined) return problem(410, grant.refusal);
    grant.taken = outputs;
    const order = message.decode(message.order, this.#earnBytes(grant, keyset, fromBase64(outputs)), 65536);
    const key = this.nodeKeys[store - 1];
    const signature = key.sign('ronde/1 signature: store order', order.federation, orderDigest(order));
    const signed = { order, authorization: { type: 'store', value: signature } };
    const answer = this.#take(CheckedOrder.check(signed, this.charter), signed, [], true);
    const receipt = this.baskets.receiptOf(id);
    return receipt === undefined ? answer : { ...answer, json: { ...answer.json, receipt: toBase64(receipt) } };
  }

  #earnBytes({ store, reference }, keyset, outputs) {
    const { u32, u64, concat } = crypto;
    const [earn, time, inputs] = [u32(0), u64(this.now - 5n), u64(0)];
    return concat(this.body.federation, u32(keyset), u32(store), earn, reference, time, inputs, outputs);
  }

  #submit(store, json) {
    const decoded = (codec, text) => message.decode(codec, fromBase64(text), 65536);
    const signed = {
      order: decoded(message.order, json.order),
      authorization: decoded(message.authorization, json.authorization),
    };
    const columns = json.columns.map((text) => decoded(message.column, text));
    const checked = checkSubmission({ signed, columns }, this.charter);
    if (checked.order.store === store) {
      const refused = this.#takeCheckout(checked);
      if (refused !== undefined) return refused;
    }
    return this.#take(checked, signed, columns, false);
  }

  #known(digest) {
    const held = this.orders.get(digest);
    return held === undefined ? problem(404, 'not-found') : this.#say(held, true, true);
  }

  #offer(id) {
    const checkout = this.checkouts.get(id);
    if (checkout === undefined) return problem(404, 'not-found');
    const refused = this.#refusal(checkout);
    if (refused !== undefined) return refused;
    const offer = toBase64(message.encode(message.signedOffer, checkout.signed));
    return { status: 200, json: { offer } };
  }

  /** Why a checkout takes no payment any more (chapter 15); a lazy store does not look at its clock. */
  #refusal({ signed, taken, lazy }) {
    if (taken !== undefined) return problem(409, 'checkout-taken');
    return this.now >= signed.offer.expiry && !lazy ? problem(410, 'checkout-expired') : undefined;
  }

  /** Takes the checkout of a Redeem for this order, or says why not. */
  #takeCheckout({ order, digest }) {
    const isOf = ({ signed }) => crypto.equalBytes(offerReference(signed.offer), order.reference);
    const checkout = [...this.checkouts.values()].find(isOf);
    if (checkout === undefined) return problem(404, 'not-found');
    if (checkout.taken === toHex(digest)) return undefined;
    const refused = this.#refusal(checkout);
    if (refused === undefined) checkout.taken = toHex(digest);
    return refused;
  }

  #handIn(id) {
    const checkout = this.checkouts.get(id);
    checkout.handedIn += 1;
    if (this.now < checkout.signed.offer.expiry) checkout.taken ??= 'handed in';
    return { status: 200, json: {} };
  }

  /** The certified payment of this digest at a store, and its checkout. */
  #payment(store, digest) {
    const held = this.orders.get(digest);
    const isOf = ({ signed }) => crypto.equalBytes(offerReference(signed.offer), held.checked.order.reference);
    const checkout = held?.certificate && [...this.checkouts.values()].find(isOf);
    return checkout?.store === store ? { held, checkout } : undefined;
  }

  /** What became of a payment: it is owed if something else took the checkout, or nothing. */
  #becameOf(store, digest) {
    const payment = this.#payment(store, digest);
    if (payment === undefined) return problem(404, 'not-found');
    const { held, checkout } = payment;
    const valueOf = ({ kind }) => (kind.type === 'voucher' ? this.body.offers[0].value : crypto.worth(kind));
    const { inputs, outputs } = held.checked.order;
    const came = inputs.reduce((sum, each) => sum + valueOf(each), 0n);
    const points = Number(outputs.reduce((sum, { class: { kind } }) => sum - crypto.worth(kind), came));
    const isPaid = checkout.taken === digest || checkout.taken === 'handed in';
    const grant = this.grants.get(digest);
    const isMade = ({ checked }) => grant && crypto.equalBytes(checked.order.reference, grant.reference);
    const made = [...this.orders.values()].find(isMade);
    const claimed = grant?.taken === undefined ? 'owed' : made?.certificate === undefined ? 'pending' : 'claimed';
    return { status: 200, json: { order: digest, state: isPaid ? 'paid' : claimed, points } };
  }

  /** A store takes a claim that the coins of a payment which it owes have signed. */
  #refund(store, digest, { refunded, signature, keyset, outputs }) {
    const { status, json } = this.#becameOf(store, digest);
    if (status !== 200 || json.state === 'paid') return problem(404, 'not-found');
    const decoded = (codec, text) => message.decode(codec, fromBase64(text), 65536);
    const claim = {
      federation: this.body.federation,
      store,
      order: crypto.fromHex(digest),
      keyset,
      outputs: decoded(list(message.output, 256), outputs),
    };
    message.verifyRefundClaim(claim, decoded(message.order, refunded), decoded(message.spendSignature, signature));
    const grant = this.grants.get(digest) ?? { store, points: json.points, secret: digest, reference: this.random(32) };
    this.grants.set(digest, grant);
    return this.#claim(store, digest, { secret: digest, keyset, outputs });
  }

  /** Gathers votes and evaluations, as far as witnesses answer. */
  #take(checked, signed, columns, claim) {
    const digest = toHex(checked.digest);
    const held = this.orders.get(digest) ?? { digest, checked, signed, votes: new Map(), certificate: undefined };
    this.orders.set(digest, held);
    const refusals = [];
    for (const witness of this.witnesses.get(checked.order.keyset)) {
      if (this.mute.has(witness.index) || held.votes.has(witness.index)) continue;
      const column = columns.find(({ index }) => index === witness.index);
      const refusal = this.#bind(witness, held, column);
      if (refusal === undefined) held.votes.set(witness.index, this.#vote(witness, held));
      else refusals.push(refusal);
    }
    const votes = [...held.votes.values()];
    held.certificate ??= assemble(checked.keyset, checked.digest, votes);
    if (held.certificate === undefined && refusals.length > 0) throw refusals[0];
    return this.#say(held, claim, !claim);
  }

  #bind(witness, { digest, checked }, column) {
    const { order } = checked;
    if (order.inputs.length > 0 && column === undefined) return RefusedError.plain('no-column');
    const components = column?.components ?? [];
    for (const [i, { kind, point }] of order.inputs.entries()) {
      const tweak = crypto.classTweak(order.federation, { keyset: order.keyset, kind });
      try {
        crypto.checkMac(witness.poprf, { tweak, point, component: GroupElement.decode(components[i]) });
      } catch {
        return RefusedError.plain('coin-unknown');
      }
    }
    const rival = [...witness.bound.values()].find((other) => conflicts(other.checked.order, order));
    if (rival !== undefined) return this.#conflict(rival);
    witness.bound.set(digest, this.orders.get(digest));
    return undefined;
  }

  #conflict({ checked, signed, certificate }) {
    const other = certificate ? { type: 'certified', value: checked.order } : { type: 'signed', value: signed };
    return new RefusedError({ type: 'conflict', value: { other, certificate: certificate ?? null } });
  }

  #vote(witness, { checked }) {
    const { keyset, digest } = checked;
    const signature = witness.vote.sign('ronde/1 signature: vote', ...votedParts(keyset, witness.index, digest));
    return { index: witness.index, signature };
  }

  /** The evaluation of a witness, now. */
  evaluation(witness, { checked }, id = checked.keyset.id) {
    const { digest, order } = checked;
    const keyset = this.charter.keyset(id);
    return makeEvaluation(witness, keyset, witness.index, digest, outputsOf(order, keyset), this.random(32));
  }

  #say(held, withOrder, withDigest) {
    const { checked, certificate, votes } = held;
    const order = withOrder ? { order: toBase64(message.encode(message.order, checked.order)) } : {};
    const digest = withDigest ? { digest: held.digest } : {};
    if (certificate === undefined) return { status: 202, json: { digest: held.digest, ...order, votes: votes.size } };
    const keysets = new Set([checked.order.keyset, ...checked.order.outputs.map((output) => output.class.keyset)]);
    const evaluations = [...keysets]
      .filter((id) => !this.behind.has(id))
      .flatMap((id) =>
        this.witnesses
          .get(id)
          .filter(({ index }) => !this.mute.has(index))
          .map((witness) => toBase64(message.encode(message.evaluation, this.evaluation(witness, held, id)))),
      );
    const certified = toBase64(message.encode(message.certificate, certificate));
    return { status: 200, json: { ...digest, ...order, certificate: certified, evaluations } };
  }

  #refused({ refusal, code }) {
    if (refusal.type !== 'conflict') return problem(422, code);
    const conflict = toBase64(message.encode(message.conflict, refusal.value));
    const certified = refusal.value.certificate !== null;
    return problem(409, certified ? 'coin-spent' : 'order-conflict', { conflict, retryable: !certified });
  }
}

export function problem(status, code, more = {}) {
  const type = `urn:ronde:problem:${code}`;
  return { status, json: { type, title: code, status, code, detail: '', retryable: false, ...more } };
}
