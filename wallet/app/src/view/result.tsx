import type { JSX } from 'preact';
import { Button, Note, Sign, Title } from './parts.js';
import type { Shown } from './parts.js';

/** How something went. */
export function Result({ state, say, act }: Shown): JSX.Element | null {
  const { screen } = state;
  if (screen.name !== 'result') return null;
  return (
    <>
      <div class={`result ${screen.tone}`} aria-hidden="true">
        <Sign tone={screen.tone} say={say} word="none" />
      </div>
      <Title>{say.words(screen.title)}</Title>
      <Note tone={screen.tone} say={say}>
        {screen.text.map((words) => (
          <p key={words.key}>{say.words(words)}</p>
        ))}
      </Note>
      <div class="stack">
        <Button kind="main" onClick={() => act.go('home')}>
          {say(state.phase === 'open' ? 'go.home' : 'go.back')}
        </Button>
        {screen.tone === 'wait' && state.phase === 'open' && (
          <Button onClick={() => act.go('waiting')}>{say('waiting.show')}</Button>
        )}
      </div>
    </>
  );
}

/** The shop is being asked. */
export function Looking({ say }: Shown): JSX.Element {
  return (
    <>
      <Title>{say('look.title')}</Title>
      <progress aria-label={say('busy.look')} />
      <p>{say('busy.look')}</p>
    </>
  );
}
