import type { JSX } from 'preact';
import type { Named } from '../do/actions.js';
import type { Screen } from '../model.js';
import type { Key } from '../text/en.js';
import { Backup } from './backup.js';
import { Basket } from './basket.js';
import { Give, Vote } from './cast.js';
import { Entry, HistoryScreen } from './history.js';
import { Home } from './home.js';
import { Erase, Move, Seen, Settings } from './more.js';
import { Button, Note } from './parts.js';
import type { Shown } from './parts.js';
import { Receipt, Receipts } from './receipts.js';
import { Looking, Result } from './result.js';
import { Scan } from './scan.js';
import { Before, Restore, Searching, Start } from './start.js';
import { Pay, Take } from './till.js';
import { Waiting } from './waiting.js';

type View = (shown: Shown) => JSX.Element | null;

const SCREENS: Readonly<Record<Screen['name'], View>> = {
  home: Home,
  history: HistoryScreen,
  waiting: Waiting,
  seen: Seen,
  settings: Settings,
  move: Move,
  erase: Erase,
  restore: Restore,
  searching: Searching,
  scan: Scan,
  looking: Looking,
  take: Take,
  pay: Pay,
  basket: Basket,
  give: Give,
  vote: Vote,
  entry: Entry,
  receipts: Receipts,
  receipt: Receipt,
  backup: Backup,
  result: Result,
};

/** Screens on which nothing else may lead away. */
const ALONE: readonly Screen['name'][] = ['searching', 'restore', 'looking'];

/** The whole app. */
export function AppView(shown: Shown): JSX.Element {
  const { state, say, act } = shown;
  const { phase, screen, lang } = state;
  const isOpen = phase === 'open' && !ALONE.includes(screen.name);
  const other = lang === 'fr' ? 'en' : 'fr';
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {say('app.skip')}
      </button>
      <header>
        <span class="brand">
          <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <circle cx="12" cy="12" r="9" />
            <circle cx="12" cy="3" r="2.6" class="dot" />
          </svg>
          {say('app.name')}
          {state.wallet && <span class="quiet federation">{state.wallet.charter.name}</span>}
        </span>
        <button type="button" class="lang" lang={other} onClick={() => act.setLang(other)}>
          {say('lang.other')}
        </button>
      </header>
      {isOpen && <Navigation {...shown} />}
      <main id="content" tabIndex={-1}>
        <div class="said" role="status" aria-live="polite">
          {state.busy && <p class="busy">{say.words(state.busy)}</p>}
          {state.notice && (
            <Note tone={state.notice.tone} say={say}>
              <p>{say.words(state.notice.words)}</p>
            </Note>
          )}
        </div>
        {isOpen && <Banners {...shown} />}
        <Content {...shown} />
      </main>
    </>
  );
}

function Content(shown: Shown): JSX.Element | null {
  const { phase, screen } = shown.state;
  if (phase === 'open' || (phase === 'start' && screen.name !== 'home')) {
    const View = SCREENS[screen.name];
    // A screen of another kind begins anew, with the focus on its heading.
    const key = screen.name === 'backup' ? `backup ${screen.step}` : screen.name === 'entry' ? screen.id : stageKey(screen);
    return <View key={key} {...shown} />;
  }
  return phase === 'start' ? <Start {...shown} /> : <Before key={phase} {...shown} phase={phase} />;
}

/** A basket that comes further is another screen, and so is what became of something that was not decided. */
function stageKey(screen: Screen): string {
  if (screen.name === 'result') return `result ${screen.title.key}`;
  return screen.name === 'basket' ? `basket ${screen.stage}` : screen.name;
}

/** What the owner should know wherever they are. */
function Banners({ state, say, act }: Shown): JSX.Element | null {
  const { screen, online, newer } = state;
  if (screen.name === 'backup' || (online && !newer)) return null;
  return (
    <div class="banners">
      {!online && (
        <Note tone="wait" say={say}>
          <p>{say('banner.offline')}</p>
        </Note>
      )}
      {newer && (
        <Note tone="good" say={say}>
          <p>{say('banner.newer')}</p>
          <Button onClick={act.useNewer}>{say('banner.newer.go')}</Button>
        </Note>
      )}
    </div>
  );
}

const PARTS: readonly { readonly name: Named; readonly icon: string }[] = [
  { name: 'home', icon: 'M4 7h16v12H4z M4 7l11-4v4 M15 13h2' },
  { name: 'scan', icon: 'M4 9V4h5 M15 4h5v5 M20 15v5h-5 M9 20H4v-5 M4 12h16' },
  { name: 'history', icon: 'M5 6h14 M5 12h14 M5 18h9' },
  { name: 'settings', icon: 'M5 12h0.01 M12 12h0.01 M19 12h0.01' },
];

function Navigation({ state, say, act }: Shown): JSX.Element {
  return (
    <nav aria-label={say('nav.label')}>
      {PARTS.map(({ name, icon }) => (
        <button
          key={name}
          type="button"
          class="tab"
          aria-current={state.screen.name === name ? 'page' : undefined}
          onClick={() => act.go(name)}
        >
          <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={icon} />
          </svg>
          {say(`nav.${name}` as Key)}
        </button>
      ))}
    </nav>
  );
}
