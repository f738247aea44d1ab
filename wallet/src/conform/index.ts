import { answer, type Answer, type Handler, type Input } from './answer.js';
import { auditHandlers } from './audit.js';
import { cryptoHandlers } from './crypto.js';
import { federationHandlers } from './federation.js';
import { refundHandlers } from './refund.js';
import { restoreHandlers } from './restore.js';
import { walletScript } from './wallet-script.js';
import { walletHandlers } from './wallet.js';
import { witnessHandlers } from './witness.js';

/** All types that this implementation answers. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  ...cryptoHandlers,
  ...federationHandlers,
  ...witnessHandlers,
  ...walletHandlers,
  'wallet-script': walletScript,
  ...refundHandlers,
  ...restoreHandlers,
  ...auditHandlers,
};

/** Answers one question of the test vectors. */
export function answerQuestion(question: { readonly type: string; readonly input: Input }): Answer {
  const handler = Object.hasOwn(HANDLERS, question.type) ? HANDLERS[question.type] : undefined;
  return handler === undefined ? { result: 'unsupported' } : answer(handler, question.input);
}
