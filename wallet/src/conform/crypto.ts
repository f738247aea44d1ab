import { sha512 } from '@noble/hashes/sha2.js';
import * as c from '../crypto/index.js';
import { openReceipt, sealReceipt } from '../crypto/receipt.js';
import { coinClass } from '../message/order.js';
import { english } from '../words/english.js';
import { french } from '../words/french.js';
import { fromJson } from './json.js';
import { fromHex as hex, toHex, type Handler, type Input } from './answer.js';

const element = (text: string): c.GroupElement => c.GroupElement.decode(hex(text));
const secret = (text: string): c.SecretScalar => c.SecretScalar.decode(hex(text));
const shown = (x: c.GroupElement): string => toHex(x.toBytes());
const schnorr = (text: string): c.SchnorrBytes => ({ r: hex(text).slice(0, 32), s: hex(text).slice(32) });
const tweakOf = (info: string): bigint => c.tweak(hex(info));
const label = (text: string): c.Label => text as c.Label;

/** RFC 9497 in all modes, to reproduce its published runs. */
function rfc9497(input: Input): Record<string, unknown> {
  const mode = input.mode as c.Mode;
  const key = c.deriveKey(hex(input.seed), hex(input.key_info), mode);
  const [privateInput, info] = [hex(input.input), hex(input.info)];
  const blind = secret(input.blind);
  const blinded = c.hashToGroup(privateInput, mode).times(blind);
  const framed = c.concat(c.utf8('Info'), c.i2osp2(info.length), info);
  const evaluated = mode === 2 ? c.evaluate(key, c.hashToScalar(framed, mode), blinded) : blinded.times(key);
  const unblinded = c.unblind(evaluated, blind);
  const withLength = (bytes: Uint8Array): Uint8Array => c.concat(c.i2osp2(bytes.length), bytes);
  const hashed = [withLength(privateInput), ...(mode === 2 ? [withLength(info)] : []), withLength(unblinded.toBytes())];
  return {
    secret_key: toHex(key.toBytes()),
    public_key: shown(c.GroupElement.ofSecret(key)),
    blinded: shown(blinded),
    evaluated: shown(evaluated),
    unblinded: shown(unblinded),
    output: toHex(sha512(c.concat(...hashed, c.utf8('Finalize')))),
  };
}

const context = (input: Input): c.ProofContext => ({
  federation: hex(input.federation),
  keyset: input.keyset,
  index: input.index,
  digest: hex(input.digest),
});

const items = (input: Input): c.ProofItem[] =>
  input.items.map((item: Input) => ({
    tweak: tweakOf(item.info),
    blinded: element(item.blinded),
    evaluated: element(item.evaluated),
  }));

function keyDerivation(input: Input): Record<string, unknown> {
  const place = { federation: hex(input.federation), keyset: input.keyset, index: input.index };
  const keys = c.witnessKeys(hex(input.node_seed), place.federation, place.keyset);
  const possession = c.provePoprfKey(keys.poprf, place, hex(input.entropy));
  return {
    node_key: toHex(c.nodeKey(hex(input.node_seed)).publicKey),
    poprf_key: shown(c.GroupElement.ofSecret(keys.poprf)),
    poprf_possession: toHex(c.concat(possession.r, possession.s)),
    vote_key: toHex(keys.vote.publicKey),
    vote_possession: toHex(c.proveVoteKey(keys.vote, place)),
  };
}

function coinDerivation(input: Input): Record<string, unknown> {
  const seed = c.federationSeed(hex(input.seed), hex(input.federation));
  const { keyset, device, slot } = input;
  const coin = c.deriveCoin(seed, { keyset, device, order: BigInt(input.order), slot });
  return {
    coin_secret: toHex(coin.secret.toBytes()),
    point: toHex(coin.point),
    blind: toHex(coin.blind.toBytes()),
    blinded: toHex(coin.blinded),
  };
}

function possession(input: Input): Record<string, unknown> {
  const place = { federation: hex(input.federation), keyset: input.keyset, index: input.index };
  if (input.key_type === 'poprf') c.verifyPoprfKey(element(input.key), place, schnorr(input.proof));
  else c.verifyVoteKey(c.VerifyingKey.decode(hex(input.key)), place, hex(input.proof));
  return {};
}

const purpose = (text: string): c.SpendPurpose => text.replaceAll('_', '-') as c.SpendPurpose;

/** Both ways of checking MACs, which must say the same. */
function macCheck(input: Input): Record<string, unknown> {
  const key = secret(input.secret_key);
  const macs: c.MacItem[] = input.coins.map((coin: Input) => ({
    tweak: tweakOf(coin.info),
    point: element(coin.point).toBytes(),
    component: element(coin.component),
  }));
  const fails = (check: () => void): boolean => {
    try {
      check();
      return false;
    } catch {
      return true;
    }
  };
  const single = macs.map((mac) => fails(() => c.checkMac(key, mac))).includes(true);
  const batch = fails(() => c.checkMacs(key, macs, new Uint8Array(32).fill(7)));
  if (single !== batch) throw new Error('a batch of MACs is judged differently from its components');
  if (single) throw new c.CryptoError('wrong');
  return {};
}

/** The types of the first suites: group, hashing, derivation, POPRF, proofs, signatures. */
export const cryptoHandlers: Readonly<Record<string, Handler>> = {
  'element-decode': (i) => ({ element: shown(element(i.element)) }),
  'generator-multiple': (i) => ({ element: shown(c.GroupElement.ofSecret(secret(i.scalar))) }),
  'element-from-uniform': (i) => ({ element: shown(c.GroupElement.fromUniform(hex(i.uniform))) }),
  'hash-to-group': (i) => ({ element: shown(c.hashToGroup(hex(i.message))) }),
  'hash-to-scalar': (i) => ({ scalar: toHex(c.encodeScalar(c.hashToScalar(hex(i.message)))) }),
  'rfc9497-poprf': rfc9497,
  'labelled-hash': (i) => ({ hash: toHex(c.xof(label(i.label), ...i.parts.map(hex)).read(i.length)) }),
  'seed-words': (i) => {
    const list = i.language === 'english' ? english : french;
    const seed = c.readWords(i.words, list);
    return { seed: toHex(seed), words: c.writeWords(seed, list) };
  },
  'key-derivation': keyDerivation,
  'coin-derivation': coinDerivation,
  'class-info': (i) => {
    const info = c.classInfo(hex(i.federation), fromJson(coinClass, i.class));
    return { info: toHex(info), tweak: toHex(c.encodeScalar(c.tweak(info))) };
  },
  blind: (i) => {
    const hash = c.coinHash(element(i.point).toBytes());
    return { hash: shown(hash), blinded: shown(c.blindElement(hash, secret(i.blind))) };
  },
  evaluate: (i) => ({
    evaluated: shown(c.evaluate(secret(i.secret_key), tweakOf(i.info), element(i.blinded))),
  }),
  unblind: (i) => ({ component: shown(c.unblind(element(i.evaluated), secret(i.blind))) }),
  'mac-check': macCheck,
  'evaluation-proof': (i) => {
    const key = element(i.public_key);
    const proof = { challenge: hex(i.proof.challenge), response: hex(i.proof.response) };
    c.verifyEvaluationProof(key, context(i), items(i), proof);
    return {};
  },
  'evaluation-prove': (i) => {
    const proof = c.proveEvaluation(secret(i.secret_key), context(i), items(i), hex(i.entropy));
    return { proof: { challenge: toHex(proof.challenge), response: toHex(proof.response) } };
  },
  possession,
  'spend-signature': (i) => {
    const signature = { r: hex(i.signature.r), s: hex(i.signature.s) };
    c.verifySpend(purpose(i.purpose), i.keys.map(element), hex(i.digest), signature);
    return {};
  },
  'spend-sign': (i) => {
    const { r, s } = c.signSpend(purpose(i.purpose), i.secrets.map(secret), hex(i.digest), hex(i.entropy));
    return { signature: { r: toHex(r), s: toHex(s) } };
  },
  signature: (i) => {
    c.VerifyingKey.decode(hex(i.key)).verify(hex(i.signature), label(i.label), ...i.parts.map(hex));
    return {};
  },
  'receipt-seal': (i) => ({ sealed: toHex(sealReceipt(hex(i.secret), i.text)) }),
  'receipt-open': (i) => ({ text: openReceipt(hex(i.secret), hex(i.sealed)) }),
  'canonical-split': (i) => ({
    coins: c.canonicalSplit(BigInt(i.points), i.denominations.map(BigInt)).map(Number),
  }),
};
