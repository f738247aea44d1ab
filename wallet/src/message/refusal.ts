import { choice, option, struct, u64, type ValueOf } from './codec.js';
import { order, signedOrder } from './order.js';
import { certificate } from './vote.js';

/** `Rule`: which rule an order breaks. */
export const rule = /* @__PURE__ */ choice({
  inputs: null,
  outputs: null,
  kind: null,
  denomination: null,
  'output-keyset': null,
  balance: null,
  overflow: null,
  store: null,
  reference: null,
  'pledge-day': null,
  ballot: null,
  choice: null,
  issuer: null,
  authorization: null,
  columns: null,
});
/** The name of a rule, kebab-case. */
export type RuleName = ValueOf<typeof rule>['type'];

/** `NotVoting`: why a witness does not vote now. */
export const notVoting = /* @__PURE__ */ choice({ starting: null, retired: null });

/** `ExpectedCode`: what a decoder expected. */
export const expectedCode = /* @__PURE__ */ choice({
  'more-bytes': null,
  end: null,
  shorter: null,
  variant: null,
  flag: null,
  text: null,
  canonical: null,
  element: null,
  sorted: null,
});

/** `ConflictingOrder`: what holds a coin or reference. */
export const conflictingOrder = /* @__PURE__ */ choice({ signed: { one: signedOrder }, certified: { one: order } });

/** `Conflict`: another order is in the way. */
export const conflict = /* @__PURE__ */ struct({ other: conflictingOrder, certificate: option(certificate) });
export type Conflict = ValueOf<typeof conflict>;

/** `Refusal`: when a witness or store does not do as asked. */
export const refusal = /* @__PURE__ */ choice({
  'bad-encoding': { offset: u64, expected: expectedCode },
  'other-federation': null,
  'charter-behind': null,
  'charter-expired': null,
  closed: null,
  invalid: { one: rule },
  'bad-signature': null,
  'coin-unknown': null,
  'no-column': null,
  'clock-skew': { ahead: u64 },
  'limit-exceeded': { left: u64 },
  conflict: { one: conflict },
  'not-voting': { one: notVoting },
  'bad-certificate': null,
  unknown: null,
  forbidden: null,
  busy: null,
  'storage-failed': null,
  'rollover-behind': null,
});
export type Refusal = ValueOf<typeof refusal>;
