import { equalBytes, leafHash, merkleRoot, VerifyingKey } from '../crypto/index.js';
import * as m from '../message/index.js';
import { fromJson, toJson } from './json.js';
import { beside, charterOf, fromHex as hex, Invalid, keysetOf, toHex, Unsupported, type Handler, type Input, type Output } from './answer.js';

const decodeOf = <K extends keyof typeof m.MESSAGES>(name: K, text: string) =>
  m.decodeMessage(m.MESSAGES[name] as m.Message<never>, hex(text)) as (typeof m.MESSAGES)[K] extends m.Message<infer T>
    ? T
    : never;

function encoding(input: Input): Output {
  if (!Object.hasOwn(m.MESSAGES, input.message)) throw new Unsupported(`no message ${input.message}`);
  const message = m.MESSAGES[input.message as keyof typeof m.MESSAGES] as m.Message<never>;
  const bytes = hex(input.bytes);
  const value = m.decodeMessage(message, bytes);
  const json = toJson(message.codec, value);
  const again = m.encode(message.codec, fromJson(message.codec, json));
  if (toHex(again) !== input.bytes) throw new Error('a message is not written as it was read');
  return { value: json };
}

function charterChain(input: Input): Output {
  const [first] = input.chain;
  let held: m.Charter | undefined;
  const twins: readonly Input[] = input.twins;
  if (first === undefined) throw new Invalid({ error: 'genesis' });
  input.chain.forEach((text: string, at: number) => {
    held = beside({ at }, () => {
      const signed = decodeOf('SignedCharter', text);
      if (held !== undefined) return held.succeed(signed);
      if (input.federation !== null && toHex(signed.body.federation) !== input.federation) {
        throw new m.CharterError('other-federation');
      }
      return m.Charter.genesis(signed);
    });
    twins.forEach((twin, place) => {
      if (twin.at !== at || held === undefined) return;
      const charter = held;
      held = beside({ twin: place }, () => {
        const forks = charter.isFork(decodeOf('SignedCharter', twin.charter));
        return forks ? charter.forked() : charter;
      });
    });
  });
  const charter = held as unknown as m.Charter;
  return {
    federation: toHex(charter.federation),
    hash: toHex(charter.hash),
    issuing: charter.issues(BigInt(input.now)),
    version: Number(charter.version),
  };
}

function order(input: Input): Output {
  const charter = charterOf(input.charters);
  const checked = m.CheckedOrder.check(decodeOf('SignedOrder', input.signed), charter);
  m.authorize(checked, charter);
  return {
    digest: toHex(checked.digest),
    points_in: Number(m.pointsIn(checked.order)),
    points_out: Number(m.pointsOut(checked.order)),
    purpose: toJson(m.purpose, checked.order.purpose),
  };
}

function offer(input: Input): Output {
  const signed = decodeOf('SignedOffer', input.offer);
  const key = VerifyingKey.decode(hex(input.node_key));
  m.verifyOffer(signed, key);
  return { reference: toHex(m.offerReference(signed.offer)) };
}

function vote(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const witness = m.verifyVote({ index: input.index, signature: hex(input.signature) }, keyset, hex(input.digest));
  return { store: witness.store };
}

function certificate(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const found = decodeOf('Certificate', input.certificate);
  m.verifyCertificate(found, keyset, hex(input.digest));
  return { voters: found.votes.map(({ index }) => index) };
}

function assemble(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const digest = hex(input.digest);
  const votes = input.votes.map((text: string) => decodeOf('Vote', text)) as m.Vote[];
  const found = m.assemble(keyset, digest, m.goodVotes(votes, keyset, digest));
  return { certificate: found === undefined ? null : toHex(m.encode(m.certificate, found)) };
}

function evaluation(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const asked = decodeOf('Order', input.order);
  const found = decodeOf('Evaluation', input.evaluation);
  const verified = m.VerifiedEvaluation.verify(keyset, asked, m.orderDigest(asked), found);
  return { evaluated: verified.evaluated.map((element) => toHex(element.toBytes())), index: verified.index };
}

const headOutput = ({ index, root, size }: Pick<m.Head, 'index' | 'root' | 'size'>): Output => ({ index, root: toHex(root), size: Number(size) });

function headAnswer(input: Input): Output {
  const keyset = keysetOf(charterOf(input.charters), input.keyset);
  const found = decodeOf('HeadAnswer', input.answer);
  const newest = m.verifyHeadAnswer(found, keyset, input.asker, hex(input.nonce));
  return { index: found.index, newest: newest === null ? null : headOutput(newest) };
}

function evidence(input: Input): Output {
  const charter = charterOf(input.charters);
  const found = decodeOf('Evidence', input.evidence);
  const { keyset, index } = m.verifyEvidence(found, charter);
  return { id: toHex(m.evidenceId(found)), index, keyset };
}

/** The order of the accounts: stores by id, associations by id, the pool. */
const RANK = { store: 0, association: 1, pool: 2 } as const;

function books(input: Input): Output {
  const charter = charterOf(input.charters);
  const keyset = keysetOf(charter, input.keyset);
  const ledger = new m.Books();
  const written: m.Order[] = [];
  input.certified.forEach((text: string, at: number) => {
    beside({ at }, () => {
      const certified = decodeOf('CertifiedOrder', text);
      const digest = m.orderDigest(certified.order);
      m.verifyCertificate(certified.certificate, keyset, digest);
      const again = written.some((order) => equalBytes(m.orderDigest(order), digest));
      const contested = written.some((order) => m.conflicts(order, certified.order));
      if (!again && !contested) ledger.add(m.postings(certified.order, charter));
      written.push(certified.order);
    });
  });
  const id = (account: m.Account): number => (account.type === 'pool' ? 0 : account.id);
  const accounts = [...ledger.accounts].sort((a, b) => RANK[a.type] - RANK[b.type] || id(a) - id(b));
  return {
    accounts: accounts.map((account) => ({
      account: account.type === 'pool' ? 'pool' : { [account.type]: account.id },
      flows: Object.fromEntries(
        (Object.keys(m.FLOWS) as m.Flow[])
          .filter((flow) => ledger.flow(account, flow) > 0n)
          .map((flow) => [flow.replaceAll('-', '_'), Number(ledger.flow(account, flow))]),
      ),
      position: Number(ledger.position(account)),
    })),
  };
}

function logConsistency(input: Input): Output {
  const leaves: Uint8Array[] = input.leaves.map(hex);
  const extends_ = input.size <= leaves.length && toHex(merkleRoot(leaves.slice(0, input.size))) === input.root;
  if (!extends_) throw new Invalid({ error: 'log-rolled-back' });
  return { since: leaves.length - input.size };
}

/** The types of messages, orders, charters, votes and logs. */
export const federationHandlers: Readonly<Record<string, Handler>> = {
  encoding,
  'order-digest': (i) => ({ digest: toHex(m.orderDigest(decodeOf('Order', i.order))) }),
  offer,
  'pledge-reference': (i) => ({ reference: toHex(m.pledgeReference(BigInt(i.time))) }),
  quorum: (i) => ({ quorum: m.quorum(i.witnesses, i.faults) }),
  'charter-chain': charterChain,
  order,
  submission: (i) => {
    const charter = charterOf(i.charters);
    const found = decodeOf('Submission', i.submission);
    const checked = m.checkSubmission(found, charter);
    return { columns: found.columns.map(({ index }) => index), digest: toHex(checked.digest) };
  },
  conflict: (i) => ({ conflict: m.conflicts(decodeOf('Order', i.first), decodeOf('Order', i.second)) }),
  vote,
  certificate,
  'certificate-assemble': assemble,
  evaluation,
  head: (i) => {
    const keyset = keysetOf(charterOf(i.charters), i.keyset);
    return headOutput(m.verifyHead(decodeOf('Head', i.head), keyset));
  },
  'head-answer': headAnswer,
  'closing-statement': (i) => {
    const keyset = keysetOf(charterOf(i.charters), i.keyset);
    return headOutput(m.verifyStatement(decodeOf('ClosingStatement', i.statement), keyset));
  },
  evidence,
  books,
  'log-leaf': (i) => {
    decodeOf('LogEntry', i.entry);
    return { leaf: toHex(leafHash(hex(i.entry))) };
  },
  'log-root': (i) => ({ root: toHex(merkleRoot(i.leaves.map(hex))) }),
  'log-consistency': logConsistency,
};
