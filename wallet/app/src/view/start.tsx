import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { kindOf } from '../decide/place.js';
import type { State } from '../model.js';
import { Erase } from './more.js';
import { Button, Form, Note, Title, Trouble, typedIn } from './parts.js';
import type { Shown } from './parts.js';

/** The first start: a new wallet, or words that were written down. */
export function Start(shown: Shown): JSX.Element {
  const { state, say, act } = shown;
  const kind = state.link === undefined ? undefined : kindOf(state.link);
  return (
    <>
      <Title>{say('start.title')}</Title>
      {kind !== undefined && (
        <Note tone="wait" say={say}>
          <p>{say(kind === 'grant' ? 'start.link.grant' : kind === 'basket' ? 'start.link.basket' : 'start.link.checkout')}</p>
        </Note>
      )}
      {kind === 'checkout' && <Elsewhere {...shown} link={state.link ?? ''} />}
      <p class="lead">{say('start.text')}</p>
      <div class="stack">
        <Button kind="main" onClick={act.make}>
          {say('start.new')}
        </Button>
        <Button onClick={act.toRestore}>{say('start.restore')}</Button>
      </div>
      {(kind === 'grant' || kind === 'basket') && <Elsewhere {...shown} link={state.link ?? ''} />}
    </>
  );
}

/** A wallet may live at another store's address, where this page can't look. */
function Elsewhere({ state, say, act, link }: Shown & { link: string }): JSX.Element {
  const [address, setAddress] = useState(act.home());
  const [told, setTold] = useState<'copied' | 'bad' | undefined>();
  const go = (): void => {
    const url = act.elsewhere(address);
    if (url === undefined) setTold('bad');
    else location.assign(url);
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(link);
    setTold('copied');
  };
  return (
    <section class="card">
      <h2>{say('start.home.title')}</h2>
      <p>{say('start.home.text')}</p>
      <Form onSend={go}>
        <label for="home">{say('start.home.shop')}</label>
        <input
          id="home"
          type="text"
          list="shops"
          autocomplete="off"
          spellcheck={false}
          value={address}
          aria-describedby="home-told"
          onInput={(event) => setAddress(typedIn(event))}
        />
        <datalist id="shops">
          {state.shops?.map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
        </datalist>
        <div class="row">
          <button type="submit" class="button plain">
            {say('start.home.go')}
          </button>
          <Button onClick={copy}>{say('start.home.copy')}</Button>
        </div>
      </Form>
      <div id="home-told" role="status">
        {told === 'copied' && <p>{say('start.home.copied')}</p>}
        {told === 'bad' && <p>{say('start.home.bad')}</p>}
      </div>
    </section>
  );
}

/** Words that were written down are typed in. */
export function Restore({ state, say, act }: Shown): JSX.Element | null {
  const { screen } = state;
  if (screen.name !== 'restore') return null;
  return (
    <>
      <Title>{say('restore.title')}</Title>
      <p>{say('restore.text')}</p>
      <Form onSend={act.restore}>
        <label for="words">{say('restore.words')}</label>
        <textarea
          id="words"
          rows={6}
          autocapitalize="none"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="words-trouble words-hint"
          value={screen.text}
          onInput={(event) => act.typeWords(typedIn(event))}
        />
        <Trouble id="words-trouble" trouble={screen.trouble} say={say} />
        <p id="words-hint" class="quiet">
          {say('restore.hint')}
        </p>
        <p class="quiet">{say('restore.old')}</p>
        <div class="row">
          <button type="submit" class="button main">
            {say('restore.go')}
          </button>
          <Button onClick={act.toStart}>{say('go.back')}</Button>
        </div>
      </Form>
    </>
  );
}

/** A search for the orders of some words. */
export function Searching({ state, say, act }: Shown): JSX.Element | null {
  const { screen } = state;
  if (screen.name !== 'searching') return null;
  const { progress, broke } = screen;
  return (
    <>
      <Title>{say('search.title')}</Title>
      <p>{say('search.text')}</p>
      {!broke && <progress aria-label={say('search.title')} />}
      <p>
        {progress &&
          say('search.state', { asked: progress.asked, found: progress.found, points: { points: progress.points } })}
      </p>
      {broke && (
        <>
          <Note tone="wait" say={say}>
            <p>{say('search.broke')}</p>
          </Note>
          <Button kind="main" onClick={act.search}>
            {say('search.again')}
          </Button>
        </>
      )}
    </>
  );
}

/** What can be shown before a wallet is open. */
export function Before(shown: Shown & { phase: State['phase'] }): JSX.Element {
  const { say, act, phase, state } = shown;
  if (phase === 'unsupported' && state.screen.name === 'erase') return <Erase {...shown} />;
  if (phase === 'unsupported') {
    return (
      <>
        <Title>{say('unsupported.title')}</Title>
        <Note tone="bad" say={say}>
          <p>{state.trouble === undefined ? say('unsupported.text') : say.words(state.trouble)}</p>
        </Note>
        {state.trouble?.key === 'trouble.record-unreadable' && (
          <Button onClick={() => act.go('erase')}>{say('settings.erase')}</Button>
        )}
      </>
    );
  }
  if (phase === 'elsewhere') {
    return (
      <>
        <Title>{say('elsewhere.title')}</Title>
        <p>{say('elsewhere.text')}</p>
        <Button kind="main" disabled={state.busy !== undefined} onClick={act.takeOver}>
          {say('elsewhere.take')}
        </Button>
      </>
    );
  }
  return <Title>{say('busy.open')}</Title>;
}
