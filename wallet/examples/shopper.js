#!/usr/bin/env node
// A shopper's wallet at the command line. One command, one JSON object on one line.
//
//   node examples/shopper.js --wallet DIR new --node http://127.0.0.1:8080
//   node examples/shopper.js --wallet DIR restore --words-file FILE --node http://127.0.0.1:8080
//   node examples/shopper.js --wallet DIR claim 'http://127.0.0.1:8080/g/…#…'
//   node examples/shopper.js --wallet DIR pay 'http://127.0.0.1:8080/c/…' --points 200
//   node examples/shopper.js --wallet DIR basket 'http://127.0.0.1:8080/b/…#…'
//   node examples/shopper.js --wallet DIR pay-basket 'http://127.0.0.1:8080/b/…#…' --points 200    (or: decline-basket)
//   node examples/shopper.js --wallet DIR follow-basket 'http://127.0.0.1:8080/b/…#…' --receipts FOLDER
//   node examples/shopper.js --wallet DIR balance

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readWords, Wallet } from '../dist/index.js';
import { declineBasket, followBasket, payBasket, viewBasket } from '../dist/wallet/basket/index.js';
import { FileStorage } from '../dist/wallet/node/index.js';
import { english } from '../dist/words/english.js';
import { french } from '../dist/words/french.js';
import { stopAfterSend } from './stop.js';

const OPTIONS = {
  wallet: { type: 'string' },
  node: { type: 'string' },
  federation: { type: 'string' },
  'words-file': { type: 'string' },
  device: { type: 'string' },
  points: { type: 'string' },
  vouchers: { type: 'string' },
  keyset: { type: 'string' },
  renew: { type: 'boolean' },
  receipts: { type: 'string' },
  wait: { type: 'string' },
};

class UsageError extends Error {
  code = 'usage';
  fix = 'See the head of examples/shopper.js for what can be asked.';
}

/** A whole number of the command line. */
function number(text, name) {
  if (!/^[0-9]{1,15}$/.test(text ?? '')) throw new UsageError(`${name} must be a whole number`);
  return Number(text);
}

/** `3,3,7`: two vouchers of the offer 3, one of 7. */
function vouchers(text) {
  const counts = new Map();
  for (const item of text === undefined || text === '' ? [] : text.split(',')) {
    const offer = number(item, '--vouchers');
    counts.set(offer, (counts.get(offer) ?? 0) + 1);
  }
  return [...counts].map(([offer, count]) => ({ offer, count }));
}

/** How long an order that is certified is waited for, when its last component is not there yet, in milliseconds. */
const ARRIVES_IN = 10_000;

/** Runs an order's step, and says how long it took. What is certified is all but here: it is waited for a while. */
async function timed(wallet, run) {
  const start = performance.now();
  let { state, order, keyset, points, balance } = await run();
  while (state === 'arriving' && performance.now() - start < ARRIVES_IN) {
    await setTimeout(100);
    const resumed = (await wallet.resume()).find((one) => one.order === order);
    state = resumed?.state ?? state;
    balance = wallet.balance().points;
  }
  const millis = Math.round(performance.now() - start);
  return { state, order, keyset, points, balance, millis };
}

const COMMANDS = {
  claim: (wallet, [link]) => timed(wallet, () => wallet.claim(link ?? '')),
  pay: (wallet, [link], options) =>
    timed(wallet, () => wallet.pay(link ?? '', BigInt(number(options.points ?? '0', '--points')), vouchers(options.vouchers))),
  basket: async (wallet, [link]) => basketLine(await viewBasket(wallet, link ?? '')),
  'pay-basket': (wallet, [link], options) =>
    timed(wallet, () => payBasket(wallet, link ?? '', BigInt(number(options.points ?? '0', '--points')), vouchers(options.vouchers))),
  'decline-basket': async (wallet, [link]) => basketLine(await declineBasket(wallet, link ?? '')),
  'follow-basket': async (wallet, [link], options) => {
    // Answered as soon as it is neither open nor settled any more, or when the time is over.
    const seconds = options.wait === undefined ? 0 : number(options.wait, '--wait');
    let basket = await followBasket(wallet, link ?? '');
    const end = Date.now() + seconds * 1000;
    while (['open', 'settled'].includes(basket.state) && Date.now() < end) {
      basket = await followBasket(wallet, link, { state: basket.state, seconds: Math.min(20, Math.ceil((end - Date.now()) / 1000)) });
    }
    return { ...basketLine(basket), claim: basket.claim, over: basket.over, balance: wallet.balance().points };
  },
  refund: async (wallet, [digest], options) => ({
    late: await wallet.refund(digest ?? '', number(options.keyset, '--keyset')),
    balance: wallet.balance().points,
  }),
  give: (wallet, [association, points]) =>
    timed(wallet, () => wallet.give(number(association, 'the association'), BigInt(number(points, 'the points')))),
  vote: (wallet, [campaign, choice]) =>
    timed(wallet, () => wallet.vote(number(campaign, 'the campaign'), number(choice, 'the choice'))),
  swap: (wallet, _, options) => timed(wallet, () => wallet.swap(options.renew ? 'renew' : 'merge')),
  balance: (wallet) => wallet.balance(),
  history: (wallet) => ({
    records: wallet.history().map(({ digest, keyset, purpose, points, outcome }) => ({
      order: digest,
      keyset,
      purpose,
      points,
      outcome,
    })),
  }),
  resume: async (wallet) => {
    const resumed = await wallet.resume();
    const { points, pending } = wallet.balance();
    return {
      resumed: resumed.map(({ order, state, error }) => ({ order, state, error: error?.code })),
      balance: points,
      pending,
    };
  },
  move: async (wallet) => {
    const moved = await wallet.move();
    return {
      moved: moved.map(({ order, state, error }) => ({ order, state, error: error?.code })),
      balance: wallet.balance().points,
    };
  },
  keysets: (wallet) => ({ keysets: wallet.keysets() }),
  recover: (wallet, [digest], options) => wallet.recover(digest ?? '', number(options.keyset, '--keyset')),
};

/** What is said of a basket. */
function basketLine({ store, code, state, points, earns, payment, ...basket }) {
  return {
    store,
    code,
    state,
    total_cents: basket.totalCents,
    eligible_cents: basket.eligibleCents,
    pay_cents: basket.payCents,
    points,
    earns,
    max: basket.offer?.max,
    payment,
    paid: basket.isPaid,
    return_url: basket.returnUrl,
  };
}

/** Keeps a receipt in a folder, under the name of its grant or basket, for its owner alone. */
async function keepReceipt(folder, { name, text }) {
  writeFileSync(join(folder, `${name.split('/').at(-1)}.txt`), text, { mode: 0o600, flush: true });
}

/** The seed of 24 words, of the list that has more of them: what is wrong is said in that language. */
function seedOf(words) {
  const written = words.normalize('NFKD').split(/\s+/);
  const known = (list) => {
    const all = new Set(list.map((word) => word.normalize('NFKD')));
    return written.filter((word) => all.has(word)).length;
  };
  return readWords(words, known(french) > known(english) ? french : english);
}

async function create(surroundings, options, make = Wallet.create) {
  if (options.node === undefined) throw new UsageError('a wallet is made with --node');
  const file = options['words-file'];
  const seed = file === undefined ? undefined : seedOf(readFileSync(file, 'utf8'));
  try {
    return await make({
      ...surroundings,
      node: options.node,
      ...(options.federation === undefined ? {} : { federation: options.federation }),
      ...(seed === undefined ? {} : { seed }),
      ...(options.device === undefined ? {} : { device: number(options.device, '--device') }),
    });
  } finally {
    seed?.fill(0);
  }
}

/** What is said of a new wallet. The words of one that was made from words are known. */
function introduce(wallet, options) {
  const { federation, device } = wallet;
  return { federation, device, ...(options['words-file'] === undefined ? { words: wallet.words(english) } : {}) };
}

/** Makes a wallet from its words alone; goes on with a search that broke off. */
async function restore(surroundings, options) {
  if (options.device !== undefined) throw new UsageError('restore takes no --device: it finds one');
  const onProgress = ({ device, asked, found }) => console.error(`device ${device}: ${asked} asked, ${found} found`);
  if ((await surroundings.storage.load()) !== undefined) {
    const wallet = await Wallet.open(surroundings);
    return { wallet, ...(await wallet.search({ onProgress })) };
  }
  if (options['words-file'] === undefined) throw new UsageError('restore needs --words-file');
  return create({ ...surroundings, onProgress }, options, Wallet.restore);
}

/** What is said of a restored wallet. */
function describeRestored({ wallet, complete, device, found, points }) {
  const { points: balance, pending } = wallet.balance();
  return { federation: wallet.federation, complete, device, found, points, balance, pending };
}

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

async function run() {
  const { values: options, positionals } = readArguments();
  const [command, ...args] = positionals;
  if (options.wallet === undefined) throw new UsageError('--wallet DIR is missing');
  const isNew = command === 'new' || command === 'restore';
  if (!isNew && !Object.hasOwn(COMMANDS, command ?? '')) throw new UsageError(`no command ${command}`);
  const node = options.node?.replace(/\/+$/, '');
  const storage = await FileStorage.open(options.wallet);
  let wallet;
  try {
    const surroundings = {
      storage,
      ...(node === undefined || isNew ? {} : { via: node }),
      ...(process.env.RONDE_STOP === 'after-save' ? { onSaved: () => process.kill(process.pid, 'SIGKILL') } : {}),
      ...(process.env.RONDE_STOP === 'after-send' ? { fetch: stopAfterSend } : {}),
      ...(options.receipts === undefined ? {} : { onReceipt: (receipt) => keepReceipt(options.receipts, receipt) }),
      onWarning: ({ code, what }) => console.error(`${code}: ${what}`),
    };
    if (command === 'new') {
      wallet = await create(surroundings, { ...options, node });
      return introduce(wallet, options);
    }
    if (command === 'restore') {
      const restored = await restore(surroundings, { ...options, node });
      wallet = restored.wallet;
      return describeRestored(restored);
    }
    wallet = await Wallet.open({ ...surroundings, toPay: ['pay', 'pay-basket'].includes(command) });
    return await COMMANDS[command](wallet, args, options);
  } finally {
    await (wallet ?? storage).close();
  }
}

const show = (value) => JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? Number(item) : item));

try {
  console.log(show({ ok: true, ...(await run()) }));
} catch (error) {
  const code = typeof error.code === 'string' && /^[a-z][a-z0-9-]*$/.test(error.code) ? error.code : 'internal';
  const what = error.what ?? error.message;
  console.log(show({ ok: false, error: { code, what, fix: error.fix ?? 'Tell the makers of this program.' } }));
  process.exitCode = 1;
}
