import type { JSX } from 'preact';
import { lossOf } from '../decide/erase.js';
import { linesOf } from '../decide/lines.js';
import { undecided } from '../decide/waiting.js';
import { History } from './history.js';
import { Button, Fact, Form, Note, Title, typedIn } from './parts.js';
import type { Shown } from './parts.js';

/** Everything else. */
export function Settings({ state, say, act }: Shown): JSX.Element | null {
  const { wallet, kept, lang, place, stored, installable } = state;
  if (wallet === undefined) return null;
  const count = undecided(wallet.open).length + wallet.baskets.length + kept.waiting.length;
  return (
    <>
      <Title>{say('settings.title')}</Title>
      <ul class="list menu">
        <Item
          onClick={() => act.go('backup')}
          state={say(kept.confirmed ? 'settings.words.are' : 'settings.words.not')}
        >
          {say('settings.words')}
        </Item>
        <Item onClick={() => act.go('seen')}>{say('settings.seen')}</Item>
        <Item onClick={() => act.go('waiting')} state={say.number(count)}>
          {say('settings.waiting')}
        </Item>
        <Item onClick={() => act.go('receipts')} state={say.number(state.receipts.length)}>
          {say('receipts.title')}
        </Item>
        <Item onClick={() => act.go('give')}>{say('settings.give')}</Item>
        <Item onClick={() => act.go('move')}>{say('settings.move')}</Item>
        {installable && <Item onClick={() => act.install()}>{say('settings.install')}</Item>}
        <Item onClick={() => act.go('erase')}>{say('settings.erase')}</Item>
      </ul>
      <fieldset>
        <legend>{say('settings.lang')}</legend>
        {(['en', 'fr'] as const).map((each) => (
          <label key={each} class="choice" lang={each}>
            <input type="radio" name="lang" checked={lang === each} onChange={() => act.setLang(each)} />
            <span>{say(`settings.lang.${each}`)}</span>
          </label>
        ))}
      </fieldset>
      <h2>{say('settings.about')}</h2>
      <dl class="facts">
        <Fact name={say('settings.federation')}>{wallet.charter.name}</Fact>
        <Fact name={say('settings.shops')}>{say.number(wallet.charter.stores.length)}</Fact>
        <Fact name={say('settings.home')}>{place.base}</Fact>
        <Fact name={say('settings.charter')}>{say('settings.version', { n: Number(wallet.charter.version) })}</Fact>
        <Fact name={say('settings.device')}>{say.number(wallet.device)}</Fact>
        <Fact name={say('settings.storage')}>{say(`settings.storage.${stored}`)}</Fact>
      </dl>
      {wallet.evidence > 0 && (
        <Note tone="wait" say={say}>
          <p>{say('banner.evidence')}</p>
        </Note>
      )}
    </>
  );
}

function Item({ onClick, children, state }: { onClick: () => unknown; children: string; state?: string }): JSX.Element {
  return (
    <li>
      <button type="button" class="line" onClick={() => void onClick()}>
        <span class="grow">{children}</span>
        {state !== undefined && <span class="quiet">{state}</span>}
        <span class="arrow" aria-hidden="true" />
      </button>
    </li>
  );
}

/** What is told by an order, and what is not; with the real records. */
export function Seen(shown: Shown): JSX.Element | null {
  const { state, say } = shown;
  if (state.wallet === undefined) return null;
  const lines = linesOf(state.wallet, state.kept).filter(({ digest, tone }) => digest !== undefined && tone === 'good');
  return (
    <>
      <Title>{say('seen.title')}</Title>
      <p>{say('seen.text')}</p>
      <h2>{say('seen.has.title')}</h2>
      <ul>
        <li>{say('seen.has.1')}</li>
        <li>{say('seen.has.2')}</li>
      </ul>
      <h2>{say('seen.hasnot.title')}</h2>
      <ul>
        <li>{say('seen.hasnot.1')}</li>
        <li>{say('seen.hasnot.2')}</li>
      </ul>
      <h2>{say('seen.more.title')}</h2>
      <ul>
        <li>{say('seen.more.1')}</li>
        <li>{say('seen.more.2')}</li>
        <li>{say('seen.more.3')}</li>
      </ul>
      <h2>{say('seen.mine')}</h2>
      {lines.length === 0 ? <p>{say('history.empty')}</p> : <History {...shown} lines={lines} />}
    </>
  );
}

/** What a browser keeps apart, and how a wallet comes to another address or device. */
export function Move({ state, say, act }: Shown): JSX.Element | null {
  const { wallet, place } = state;
  if (wallet === undefined) return null;
  return (
    <>
      <Title>{say('move.title')}</Title>
      <h2>{say('move.1.title')}</h2>
      <p>{say('move.1', { n: wallet.charter.stores.length })}</p>
      <h2>{say('move.2.title')}</h2>
      <p>{say('move.2', { base: place.base })}</p>
      <h2>{say('move.3.title')}</h2>
      <p>{say('move.3')}</p>
      <h2>{say('move.4.title')}</h2>
      <p>{say('move.4')}</p>
      <div class="stack">
        <Button onClick={() => act.go('backup')}>{say('settings.words')}</Button>
        <Button onClick={() => act.go('settings')}>{say('go.back')}</Button>
      </div>
    </>
  );
}

/** The wallet is removed from this device. What the words do not bring back is named, and its owner types that it may go. */
export function Erase(shown: Shown): JSX.Element {
  const { state, say, act } = shown;
  const { wallet } = state;
  const has = (wallet?.points ?? 0n) + (wallet?.held ?? 0n);
  const { lost, mustWrite, mark } = lossOf(state);
  const [typed, sure] = state.screen.name === 'erase' ? [state.screen.typed, state.screen.sure] : [''];
  const word = say('erase.word');
  return (
    <>
      <Title>{say('erase.title')}</Title>
      <Note tone="bad" say={say}>
        <p>{say('erase.text')}</p>
        {has > 0n && <p>{say('erase.has', { points: { points: has } })}</p>}
        {mustWrite && <p>{say('erase.not')}</p>}
      </Note>
      {lost.length > 0 && (
        <>
          <h2>{say('erase.lost')}</h2>
          <ul>
            {lost.map((words) => (
              <li key={words.key}>{say.words(words)}</li>
            ))}
          </ul>
        </>
      )}
      <Form onSend={act.erase}>
        {lost.length > 0 && !mustWrite && (
          <>
            <label for="sure">{say('erase.type', { word })}</label>
            <input
              id="sure"
              type="text"
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              value={typed}
              onInput={(event) => act.typeErase(typedIn(event), word)}
            />
          </>
        )}
        <div class="stack">
          {mustWrite ? (
            <Button kind="main" onClick={() => act.go('backup')}>
              {say('banner.backup.go')}
            </Button>
          ) : (
            <button
              type="submit"
              class="button danger"
              disabled={state.busy !== undefined || (lost.length > 0 && sure !== mark)}
            >
              {say('erase.go')}
            </button>
          )}
          {wallet && <Button onClick={() => act.go('settings')}>{say('go.cancel')}</Button>}
        </div>
      </Form>
    </>
  );
}
