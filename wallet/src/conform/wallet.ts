import { fromHex, toHex } from '../crypto/index.js';
import { evidenceId } from '../message/evidence.js';
import { decodeMessage, kind, MESSAGES, order as orderCodec, evaluation as evaluationCodec } from '../message/index.js';
import type { Charter } from '../message/charter-chain.js';
import {
  CoinSecrets,
  emptyState,
  keysetOf,
  moveTime,
  recover,
  startClaim,
  takeAnswer,
  takeShown,
} from '../machine/wallet/index.js';
import type { Coin, Finding, HeldEvidence, Opened, WalletContext, WalletState } from '../machine/wallet/index.js';
import { decode } from '../message/codec.js';
import { MAX_MESSAGE_BYTES } from '../message/limits.js';
import type { Keyset } from '../message/keyset.js';
import type { Order } from '../message/order.js';
import { toJson } from './json.js';
import { charterOf, type Handler, type Input, type Output } from './answer.js';

/** What a wallet of this seed works with. */
export function contextOf(charter: Charter, seed: string): WalletContext {
  return { charter, secrets: CoinSecrets.of(fromHex(seed), charter.federation) };
}

/** A wallet with an empty book claims a grant. */
function claim(input: Input): Opened & { readonly context: WalletContext } {
  const context = contextOf(charterOf(input.charters), input.seed);
  const { store, points, ballot, vouchers } = input.terms;
  const terms = { points: BigInt(points), vouchers, ...(ballot === null ? {} : { ballot }) };
  const numbers = new Map(context.charter.keysets.map(({ id }) => [id, BigInt(input.number)]));
  const state: WalletState = { ...emptyState(input.device), numbers };
  const link = { store, base: '', id: '', secret: '' };
  return { context, ...startClaim(context, state, link, terms, BigInt(input.now), new Uint8Array(16)) };
}

function walletClaim(input: Input): Output {
  const { order } = claim(input);
  return {
    keyset: order.keyset,
    outputs: order.outputs.map((asked) => ({
      kind: toJson(kind, asked.kind),
      slot: asked.place.slot,
      blinded: toHex(asked.blinded),
    })),
  };
}

/** The order, certificate and evaluations of a question. */
function brought(input: Input) {
  return {
    order: decodeMessage(MESSAGES.Order, fromHex(input.order)),
    certificate: decodeMessage(MESSAGES.Certificate, fromHex(input.certificate)),
    evaluations: (input.evaluations as string[]).map((text) => decodeMessage(MESSAGES.Evaluation, fromHex(text))),
  };
}

/** The names of evidence that a wallet keeps. */
export function evidenceNames(evidence: readonly HeldEvidence[]): string[] {
  return evidence.map((held) =>
    toHex(
      evidenceId({
        type: 'bad-evaluation',
        order: decode(orderCodec, held.order, MAX_MESSAGE_BYTES),
        evaluation: decode(evaluationCodec, held.evaluation, MAX_MESSAGE_BYTES),
      }),
    ),
  );
}

/** The coins of an order, in the order of its outputs, and what was left out. */
function coinsOf(context: WalletContext, state: WalletState, order: Order, findings: readonly Finding[]): Output {
  const has = (coin: Coin, enough: (keyset: Keyset) => number): boolean =>
    coin.components.size >= enough(keysetOf(context, coin.place.keyset));
  const blinded = order.outputs.map((output) => toHex(output.blinded));
  const at = new Map(state.coins.map((coin) => [coin, toHex(context.secrets.publicAt(coin.place).blinded)]));
  const coins = [...state.coins].sort((a, b) => blinded.indexOf(at.get(a) ?? '') - blinded.indexOf(at.get(b) ?? ''));
  return {
    coins: coins.map((coin) => ({
      kind: toJson(kind, coin.kind),
      keyset: coin.place.keyset,
      device: coin.place.device,
      number: Number(coin.place.order),
      slot: coin.place.slot,
      point: coin.point,
      components: [...coin.components]
        .sort(([a], [b]) => a - b)
        .map(([index, component]) => ({ index, component: toHex(component) })),
    })),
    usable: coins.every((coin) => has(coin, ({ quorum }) => quorum)),
    complete: coins.every((coin) => has(coin, ({ witnesses }) => witnesses.length)),
    spoiled: findings.filter(({ error }) => error !== 'bad-proof').length,
    evidence: evidenceNames(state.evidence),
  };
}

function walletAnswer(input: Input): Output {
  const { context, state, order: claimed } = claim(input.claim);
  const { order, certificate, evaluations } = brought(input);
  const shown = takeShown(context.charter, state, claimed, order);
  const answered = takeAnswer(context, shown.state, shown.order, certificate, evaluations);
  return coinsOf(context, answered.state, order, answered.findings);
}

function walletCoins(input: Input): Output {
  const context = contextOf(charterOf(input.charters), input.seed);
  const { order, certificate, evaluations } = brought(input);
  const found = recover(context, emptyState(input.device), order, certificate, evaluations, 0n);
  return { ...coinsOf(context, found.state, order, found.findings), behind: found.behind };
}

function moveTimeOf(input: Input): Output {
  const context = contextOf(charterOf(input.charters), input.seed);
  const keyset = keysetOf(context, input.keyset);
  return { at: Number(moveTime(context.secrets, input.device, keyset, BigInt(input.denomination))) };
}

/** The types of a wallet. */
export const walletHandlers: Readonly<Record<string, Handler>> = {
  'wallet-claim': walletClaim,
  'wallet-answer': walletAnswer,
  'wallet-coins': walletCoins,
  'move-time': moveTimeOf,
};
