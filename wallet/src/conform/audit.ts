import { audit, auditMoved, ClosedKeyset, verifyExhibit, type Culprit, type HandedLog, type LoggedKeyset } from '../machine/audit/index.js';
import { decodeMessage, MESSAGES } from '../message/index.js';
import { charterOf, fromHex as hex, keysetOf, type Handler, type Input, type Output } from './answer.js';

const culprit = ({ type, id }: Culprit): Record<string, number> => ({ [type]: id });

function closing(input: Input): Output {
  const logs = input.logs.map((log: Input) => ({
    statement: decodeMessage(MESSAGES.ClosingStatement, hex(log.statement)),
    entries: log.entries.map((text: string) => decodeMessage(MESSAGES.LogEntry, hex(text))),
  }));
  const closed = new ClosedKeyset(keysetOf(charterOf(input.charters), input.keyset), logs);
  return {
    logs: closed.logs,
    orders: input.orders.map((digest: string) => closed.isCertified(hex(digest))),
    coins: input.coins.map((point: string) => closed.fateOf(hex(point))),
  };
}

function logsOf(logs: Input): HandedLog[] {
  const head = (text: string) => decodeMessage(MESSAGES.Head, hex(text));
  return logs.map((log: Input) => ({
    head: head(log.head),
    entries: log.entries.map((text: string) => decodeMessage(MESSAGES.LogEntry, hex(text))),
    heads: log.heads.map(head),
  }));
}

function moved(input: Input): Output {
  const charter = charterOf(input.charters);
  const read = ({ keyset, logs }: Input): LoggedKeyset => ({ keyset: keysetOf(charter, keyset), logs: logsOf(logs) });
  const breach = auditMoved(read(input.earlier), read(input.later), charter);
  return { breach: breach === undefined ? null : { came: Number(breach.came), left: Number(breach.left) } };
}

/** The types of auditors. */
export const auditHandlers: Readonly<Record<string, Handler>> = {
  exhibit: (i) => {
    const charter = charterOf(i.charters);
    const { offence, culprits } = verifyExhibit(decodeMessage(MESSAGES.Exhibit, hex(i.exhibit)), charter);
    return { offence, culprits: culprits.map(culprit) };
  },
  closing,
  'audit-moved': moved,
  audit: (i) => {
    const charter = charterOf(i.charters);
    const report = audit(logsOf(i.logs), keysetOf(charter, i.keyset), charter);
    return { ...report, findings: report.findings.map((found) => ({ ...found, culprit: culprit(found.culprit) })) };
  },
};
