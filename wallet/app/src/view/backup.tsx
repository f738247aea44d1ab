import type { JSX } from 'preact';
import type { BackupScreen, Lang } from '../model.js';
import { Button, Form, Note, Sign, Title, typedIn } from './parts.js';
import type { Shown } from './parts.js';

/** The 24 words on their way to paper. */
export function Backup(shown: Shown): JSX.Element | null {
  const { screen } = shown.state;
  if (screen.name !== 'backup') return null;
  if (screen.step === 'words') return <Words {...shown} screen={screen} />;
  if (screen.step === 'check') return <Check {...shown} screen={screen} />;
  return screen.step === 'done' ? <Done {...shown} screen={screen} /> : <Why {...shown} />;
}

function Why({ say, act }: Shown): JSX.Element {
  return (
    <>
      <Title>{say('backup.title')}</Title>
      <p>{say('backup.why.1')}</p>
      <p>{say('backup.why.2')}</p>
      <div class="stack">
        <Button kind="main" onClick={() => act.showWords()}>
          {say('backup.show')}
        </Button>
        <Button onClick={() => act.go('home')}>{say('go.cancel')}</Button>
      </div>
    </>
  );
}

function Words({ state, say, act, screen }: Shown & { screen: BackupScreen }): JSX.Element {
  const other: Lang = screen.list === 'fr' ? 'en' : 'fr';
  const name = state.wallet?.charter.name ?? '';
  return (
    <>
      <Title>{say('backup.title')}</Title>
      <p class="screen-only">{say('backup.words')}</p>
      <p class="paper-only">
        <strong>{say('backup.paper.title')}</strong>
      </p>
      <ol class="words" lang={screen.list}>
        {screen.words.map((word, i) => (
          <li key={i}>
            <span>{word}</span>
          </li>
        ))}
      </ol>
      <p class="paper-only">{say('backup.paper.shop', { address: `${state.place.base}/wallet/`, name })}</p>
      <p class="paper-only">{say('backup.paper.keep')}</p>
      <div class="stack screen-only">
        <Button kind="main" onClick={act.askBack}>
          {say('backup.written')}
        </Button>
        <Button onClick={() => print()}>{say('backup.print')}</Button>
        <Button onClick={() => act.showWords(other)}>{say(other === 'fr' ? 'backup.list' : 'backup.list.en')}</Button>
        <Button onClick={() => act.go('home')}>{say('go.cancel')}</Button>
      </div>
    </>
  );
}

function Check({ say, act, screen }: Shown & { screen: BackupScreen }): JSX.Element {
  return (
    <>
      <Title>{say('backup.title')}</Title>
      <p>{say('backup.check')}</p>
      <Form onSend={act.check}>
        {screen.asked.map((at, i) => (
          <div key={at}>
            <label for={`word-${at}`}>{say('backup.word', { n: at + 1 })}</label>
            <input
              id={`word-${at}`}
              type="text"
              autocapitalize="none"
              autocomplete="off"
              spellcheck={false}
              lang={screen.list}
              aria-describedby="words-wrong"
              value={screen.answers[i] ?? ''}
              onInput={(event) => act.answer(i, typedIn(event))}
            />
          </div>
        ))}
        <div id="words-wrong" role="alert">
          {screen.wrong && (
            <Note tone="bad" say={say}>
              <p>{say('backup.wrong')}</p>
            </Note>
          )}
        </div>
        <div class="stack">
          <button type="submit" class="button main">
            {say('backup.right')}
          </button>
          <Button onClick={() => act.showWords()}>{say('backup.look')}</Button>
        </div>
      </Form>
    </>
  );
}

function Done({ say, act, screen }: Shown & { screen: BackupScreen }): JSX.Element {
  const { link } = screen;
  return (
    <>
      <div class="result good" aria-hidden="true">
        <Sign tone="good" say={say} word="none" />
      </div>
      <Title>{say('backup.done')}</Title>
      <Note tone="good" say={say}>
        <p>{say('backup.done.text')}</p>
      </Note>
      <Button kind="main" onClick={() => (link === undefined ? act.go('home') : act.open(link))}>
        {say(link === undefined ? 'go.home' : 'go.on')}
      </Button>
    </>
  );
}
