import { toHex, witnessKeys } from '../crypto/index.js';
import { Follower, Witness } from '../machine/witness/index.js';
import {
  decode,
  decodeMessage,
  evidenceId,
  logPage,
  MAX_MESSAGE_BYTES,
  MESSAGES,
  orderDigest,
  verifyHead,
  type Evidence,
  type Keyset,
} from '../message/index.js';
import { RondeError } from '../crypto/error.js';
import { charterOf, errorOf, fromHex as hex, keysetOf, type Handler, type Input, type Output } from './answer.js';

const page = (text: string) => decode(logPage, hex(text), MAX_MESSAGE_BYTES);

/** A number drawn by chance: of a question any will do, since never so many heads come that one is dropped. */
const CHANCE = 0n;

const nameOf = (evidence: Evidence | undefined): string | null =>
  evidence === undefined ? null : toHex(evidenceId(evidence));

/** What a step may refuse without a reply: the script goes on. */
function tolerate(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof RondeError)) throw error;
  }
}

function play(witness: Witness, step: Input): string | null {
  switch (step.step) {
    case 'request': {
      const circumstances = { from: step.from, now: BigInt(step.now), entropy: hex(step.entropy) };
      return toHex(witness.answer(hex(step.request), circumstances));
    }
    case 'charter':
      tolerate(() => witness.takeCharter(decodeMessage(MESSAGES.SignedCharter, hex(step.charter))));
      return null;
    case 'twin':
      tolerate(() => witness.takeTwin(decodeMessage(MESSAGES.SignedCharter, hex(step.charter))));
      return null;
    case 'restart':
      witness.restart(hex(step.nonce));
      return null;
    case 'answer':
      tolerate(() => witness.takeHeadAnswer(decodeMessage(MESSAGES.HeadAnswer, hex(step.answer))));
      return null;
    case 'restored':
      witness.restored();
      return null;
    case 'head':
      tolerate(() => witness.seeHead(decodeMessage(MESSAGES.Head, hex(step.head)), CHANCE));
      return null;
    case 'page':
      tolerate(() => witness.takePage(step.peer, page(step.page), BigInt(step.now), hex(step.entropy), CHANCE));
      return null;
    case 'earlier-page':
      tolerate(() => witness.takeEarlierPage(step.keyset, step.peer, page(step.page), CHANCE));
      return null;
    case 'earlier-statement':
      tolerate(() => witness.takeEarlierStatement(decodeMessage(MESSAGES.ClosingStatement, hex(step.statement))));
      return null;
    default:
      throw new Error(`no such step: ${step.step}`);
  }
}

function witnessScript(input: Input): Output {
  const chain = input.charters.map((text: string) => decodeMessage(MESSAGES.SignedCharter, hex(text)));
  const { keyset, index } = input;
  const federation = chain[0].body.federation;
  const witness = new Witness({ keyset, index, keys: witnessKeys(hex(input.node_seed), federation, keyset) }, chain);
  const replies = input.steps.map((step: Input) => play(witness, step));
  const { log, retired } = witness.state;
  return {
    evidence: witness.evidence.map(({ id }) => toHex(id)),
    replies,
    retired: retired ?? null,
    root: toHex(log.root()),
    size: log.size,
  };
}

function readPage(follower: Follower, text: string, keyset: Keyset): Output {
  try {
    const { certified, more, ended: whole, evidence } = follower.read(page(text), keyset, CHANCE);
    const digests = certified.map(({ order }) => toHex(orderDigest(order)));
    return { certified: digests, evidence: nameOf(evidence), more, whole };
  } catch (error) {
    if (error instanceof RondeError) return errorOf(error);
    throw error;
  }
}

function logRead(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const follower = new Follower(input.peer);
  const heads: (string | null)[] = [];
  const pages: Output[] = [];
  for (let after = 0; after <= input.pages.length; after += 1) {
    for (const item of (input.heads ?? []).filter((each: Input) => each.after === after)) {
      const head = verifyHead(decodeMessage(MESSAGES.Head, hex(item.head)), keyset);
      heads.push(nameOf(follower.note(head, keyset, CHANCE)));
    }
    if (after < input.pages.length) pages.push(readPage(follower, input.pages[after], keyset));
  }
  const { highest, parted, position, unchecked } = follower;
  const output = { highest: highest === undefined ? null : Number(highest.size), pages, position };
  if (input.heads === undefined) return output;
  const more = { heads, parted: parted === undefined ? null : Number(parted.size), unchecked: unchecked.length };
  return { ...output, ...more, ...(input.again === undefined ? {} : { proof: proofOf(follower, input.again, keyset) }) };
}

/** The fork that the inquiry proves: none if a page is refused, be there more of them. */
function proofOf(follower: Follower, again: readonly string[], keyset: Keyset): string | null {
  for (const each of again.map(page)) {
    try {
      const { proof } = follower.inquire(each, keyset, CHANCE);
      // It goes on if it stands behind this page.
      if (!follower.inquiryPosition) return nameOf(proof);
    } catch (error) {
      if (error instanceof RondeError) return null;
      throw error;
    }
  }
  return null;
}

/** The types of witnesses and followers. */
export const witnessHandlers: Readonly<Record<string, Handler>> = {
  'witness-script': witnessScript,
  'log-read': logRead,
};
