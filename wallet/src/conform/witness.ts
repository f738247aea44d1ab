import { toHex, witnessKeys } from '../crypto/index.js';
import { Follower, Witness } from '../machine/witness/index.js';
import { decodeMessage, evidenceId, MESSAGES, logPage, orderDigest, decode, MAX_MESSAGE_BYTES } from '../message/index.js';
import { RondeError } from '../crypto/error.js';
import { charterOf, errorOf, fromHex as hex, keysetOf, type Handler, type Input, type Output } from './answer.js';

const page = (text: string) => decode(logPage, hex(text), MAX_MESSAGE_BYTES);

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
      tolerate(() => witness.seeHead(decodeMessage(MESSAGES.Head, hex(step.head))));
      return null;
    case 'page':
      tolerate(() => witness.takePage(step.peer, page(step.page), BigInt(step.now), hex(step.entropy)));
      return null;
    case 'earlier-page':
      tolerate(() => witness.takeEarlierPage(step.keyset, step.peer, page(step.page)));
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

function logRead(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const follower = new Follower(input.peer);
  const pages = input.pages.map((text: string) => {
    try {
      const { certified, more, evidence } = follower.read(page(text), keyset);
      return {
        certified: certified.map(({ order }) => toHex(orderDigest(order))),
        evidence: evidence === undefined ? null : toHex(evidenceId(evidence)),
        more,
      };
    } catch (error) {
      if (error instanceof RondeError) return errorOf(error);
      throw error;
    }
  });
  const { highest, position } = follower;
  return { highest: highest === undefined ? null : Number(highest.size), pages, position };
}

/** The types of witnesses and followers. */
export const witnessHandlers: Readonly<Record<string, Handler>> = {
  'witness-script': witnessScript,
  'log-read': logRead,
};
