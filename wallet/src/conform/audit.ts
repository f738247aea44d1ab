import { audit, verifyExhibit, type Culprit } from '../machine/audit/index.js';
import { decodeMessage, MESSAGES } from '../message/index.js';
import { charterOf, fromHex as hex, keysetOf, type Handler, type Input } from './answer.js';

const culprit = ({ type, id }: Culprit): Record<string, number> => ({ [type]: id });

/** The types of auditors. */
export const auditHandlers: Readonly<Record<string, Handler>> = {
  exhibit: (i) => {
    const charter = charterOf(i.charters);
    const { offence, culprits } = verifyExhibit(decodeMessage(MESSAGES.Exhibit, hex(i.exhibit)), charter);
    return { offence, culprits: culprits.map(culprit) };
  },
  audit: (i) => {
    const charter = charterOf(i.charters);
    const head = (text: string) => decodeMessage(MESSAGES.Head, hex(text));
    const logs = i.logs.map((log: Input) => ({
      head: head(log.head),
      entries: log.entries.map((text: string) => decodeMessage(MESSAGES.LogEntry, hex(text))),
      heads: log.heads.map(head),
    }));
    const report = audit(logs, keysetOf(charter, i.keyset), charter);
    return { ...report, findings: report.findings.map((found) => ({ ...found, culprit: culprit(found.culprit) })) };
  },
};
