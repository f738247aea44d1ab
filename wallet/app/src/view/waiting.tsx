import type { JSX } from 'preact';
import { lineOf } from '../decide/lines.js';
import { shopOf } from '../decide/place.js';
import { MOST_BROUGHT, undecided } from '../decide/waiting.js';
import type { LinkKind, Snapshot, WaitingLink } from '../model.js';
import type { Key } from '../text/en.js';
import { Button, Sign, Title } from './parts.js';
import type { Shown } from './parts.js';

/** What is not decided, and what was scanned and could not be followed. Nothing goes from here without a word. */
export function Waiting(shown: Shown): JSX.Element | null {
  const { state, say, act } = shown;
  const { wallet, kept, busy } = state;
  if (wallet === undefined) return null;
  const orders = undecided(wallet.open);
  const pressed = kept.waiting.filter((link) => link.pressed === true);
  const brought = kept.waiting.filter((link) => link.pressed !== true);
  const nothing = orders.length + wallet.baskets.length + kept.waiting.length === 0;
  return (
    <>
      <Title>{say('waiting.title')}</Title>
      <p class="quiet">{say(nothing ? 'waiting.none' : 'waiting.text')}</p>
      {!nothing && (
        <Button kind="main" disabled={busy !== undefined} onClick={act.tryNow}>
          {say('waiting.now')}
        </Button>
      )}
      {orders.length > 0 && (
        <section>
          <h2>{say('waiting.orders')}</h2>
          <ul class="list">
            {orders.map((order) => {
              const line = lineOf(order, order, wallet, kept);
              return (
                <li key={order.id} class="between">
                  <Sign tone={line.tone} say={say} word="none" />
                  <span class="grow">
                    <strong>{say.words(line.title)}</strong>
                    <br />
                    {line.points > 0n && <span>{say.points(line.points)} · </span>}
                    {say.words(line.state)}
                    <br />
                    <span class="quiet">{say('waiting.since', { time: { time: order.since } })}</span>
                  </span>
                </li>
              );
            })}
          </ul>
        </section>
      )}
      {wallet.baskets.length > 0 && (
        <section>
          <h2>{say('waiting.baskets')}</h2>
          <ul class="list">
            {wallet.baskets.map(({ store, since, link }) => (
              <li key={link}>
                <div class="between">
                  <Sign tone="wait" say={say} word="none" />
                  <span class="grow">
                    <strong>{say('basket.title', { name: nameOf(store, wallet) })}</strong>
                    <br />
                    {say('waiting.basket.text')}
                    <br />
                    <span class="quiet">{say('waiting.since', { time: { time: since } })}</span>
                  </span>
                </div>
                <div class="row">
                  <Button disabled={busy !== undefined} onClick={() => act.open(link)}>
                    {say('waiting.open')}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Links {...shown} links={pressed} />
      <Links {...shown} links={brought} isBrought />
    </>
  );
}

function nameOf(store: number, { charter }: Snapshot): string {
  return charter.stores.find(({ id }) => id === store)?.name ?? '';
}

function Links(all: Shown & { links: readonly WaitingLink[]; isBrought?: boolean }): JSX.Element | null {
  const { links, isBrought, ...shown } = all;
  const { say } = shown;
  if (links.length === 0) return null;
  return (
    <section>
      <h2>{say(isBrought ? 'waiting.brought' : 'waiting.links')}</h2>
      {isBrought && <p class="quiet">{say('waiting.brought.text', { n: MOST_BROUGHT })}</p>}
      <ul class="list">
        {links.map((link) => (
          <LinkLine key={link.link} {...shown} waiting={link} />
        ))}
      </ul>
    </section>
  );
}

/** Takes a link away, and its button with it: the focus goes to the heading before. */
function away(act: Shown['act'], link: string): Promise<void> {
  document.querySelector('h1')?.focus();
  return act.putAway(link);
}

const TITLES: Readonly<Record<LinkKind, Key>> = { grant: 'take.title', checkout: 'pay.title', basket: 'basket.title' };

/** What a link waits for. */
function waitsFor({ kind, why, pressed }: WaitingLink): Key {
  if (why === 'over') return 'waiting.over';
  if (pressed !== true) return 'waiting.asks';
  if (why === 'backup') return 'waiting.backup';
  return kind === 'grant' ? 'waiting.offline' : kind === 'basket' ? 'waiting.offline.basket' : 'waiting.offline.pay';
}

function LinkLine({ state, say, act, waiting }: Shown & { waiting: WaitingLink }): JSX.Element {
  const { link, kind, why, since, trouble, points, pressed } = waiting;
  const name = shopOf(link, state.wallet?.charter.stores ?? []);
  const disabled = state.busy !== undefined;
  const isTaken = pressed !== true && kind === 'grant';
  return (
    <li>
      <div class="between">
        <Sign tone={why === 'over' ? 'bad' : 'wait'} say={say} word="none" />
        <span class="grow">
          <strong>{say(points === 0n ? 'take.title.other' : TITLES[kind], { name })}</strong>
          <br />
          {points !== undefined && points > 0n && <span>{say.points(points)} · </span>}
          {say(waitsFor(waiting))}
          <br />
          {trouble && (
            <>
              {say('waiting.why', { why: say.words(trouble) })}
              <br />
            </>
          )}
          <span class="quiet">{say('waiting.since', { time: { time: since } })}</span>
        </span>
      </div>
      <div class="row">
        {isTaken ? (
          <Button disabled={disabled} onClick={() => act.takeWaiting(link)}>
            {say('take.go')}
          </Button>
        ) : (
          <Button disabled={disabled} onClick={() => (pressed === true ? act.open(link) : act.look(link))}>
            {say('waiting.open')}
          </Button>
        )}
        <Button onClick={() => away(act, link)}>{say(pressed === true ? 'waiting.away' : 'waiting.notmine')}</Button>
      </div>
    </li>
  );
}
