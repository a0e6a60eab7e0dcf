import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { type Signal, useSignal } from '@preact/signals';
import { FilePlus2, Keyboard, Monitor, Plus, Sparkles, TextSelect } from 'lucide';
import type { EngineAvailability } from '../../providers/contract';
import { Button } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { lazily } from '../ui/lazily';
import { useGloss } from './context';
import styles from './Welcome.module.css';

/** An empty chat. Before anything is set up it asks for one decision and says what answers meanwhile; later it greets. */
export function Welcome() {
  const { panel, settings, focus } = useGloss();
  /** What the browser says about this machine, once it was asked. */
  const looking = useSignal<Promise<boolean> | null>(null);
  if (!settings.known.value) return null;
  const ready = () => {
    looking.value = null;
    focus.value += 1;
  };
  return (
    <section class={styles.welcome}>
      {panel.unequipped.value || looking.value ? <FirstDecision looking={looking} onReady={ready} /> : <Greeting />}
    </section>
  );
}

const LocalSearch = lazily(() => import('./LocalSearch').then((module) => module.LocalSearch));

/** Both spellings of this machine. */
const here = ['http://localhost/', 'http://127.0.0.1/'];

interface FirstDecisionProps {
  looking: Signal<Promise<boolean> | null>;
  onReady(): void;
}

function FirstDecision({ looking, onReady }: FirstDecisionProps) {
  const { browser, send } = useGloss();
  const builtIn = useSignal<EngineAvailability>('unavailable');
  useEffect(() => void browser.builtIn().then((found) => (builtIn.value = found)), []);

  /** A model that is here already needs no form; one that has to be downloaded is spoken of first. */
  async function useBuiltIn() {
    if (builtIn.value !== 'available') return browser.openSettings('add=built-in');
    const id = crypto.randomUUID();
    const name = i18n.t('panel.model.builtIn');
    const connection = { id, provider: 'built-in', name, baseUrl: '', model: 'built-in', enabled: true };
    const saved = await send('connection.save', { connection });
    if (saved.ok) await send('connection.setDefault', { id });
    onReady();
  }
  return (
    <>
      <Mark />
      <h2 class={styles.title}>{i18n.t('panel.welcome.title')}</h2>
      <p class={styles.lead}>{i18n.t('panel.welcome.lead')}</p>
      <Button kind="primary" icon={Plus} class={styles.decide ?? ''} onClick={() => browser.openSettings('add')}>
        {i18n.t('panel.welcome.addProvider')}
      </Button>
      <p class={styles.small}>{i18n.t('panel.welcome.addProviderLead')}</p>
      <div class={styles.ways}>
        {builtIn.value !== 'unavailable' ? (
          <Button kind="quiet" size="small" icon={Sparkles} onClick={() => void useBuiltIn()}>
            {i18n.t('panel.welcome.builtIn')}
          </Button>
        ) : null}
        {looking.value ? (
          <div class={styles.local}>
            <LocalSearch access={looking.value} onReady={onReady} />
          </div>
        ) : (
          <Button
            kind="quiet"
            size="small"
            icon={Monitor}
            onPointerEnter={LocalSearch.preload}
            // The browser asks the user only from inside the click, so nothing may come before this call.
            onClick={() => (looking.value = browser.requestAccess(here))}
          >
            {i18n.t('panel.welcome.local')}
          </Button>
        )}
      </div>
      <div class={styles.meanwhile}>
        <h3>{i18n.t('panel.welcome.passages')}</h3>
        <p>{i18n.t('panel.welcome.passagesLead')}</p>
      </div>
    </>
  );
}

function Greeting() {
  const { browser, composer } = useGloss();
  const attached = composer.quotes.value.length + composer.pages.value.length + composer.images.value.length > 0;
  const shortcut = useSignal('');
  useEffect(() => void browser.shortcut().then((keys) => (shortcut.value = keys)), []);
  return (
    <>
      <Mark />
      <h2 class={styles.title}>{i18n.t('panel.welcome.hello')}</h2>
      <ul class={styles.tips} role="list" hidden={attached}>
        <li>
          <Icon icon={TextSelect} size={16} />
          {i18n.t('panel.welcome.tipSelection')}
        </li>
        <li>
          <Icon icon={FilePlus2} size={16} />
          {i18n.t('panel.welcome.tipPage')}
        </li>
        {shortcut.value === '' ? null : (
          <li>
            <Icon icon={Keyboard} size={16} />
            {i18n.t('panel.welcome.tipShortcut', [shortcut.value])}
          </li>
        )}
      </ul>
    </>
  );
}

/** A text with a note in its margin: what a gloss is. */
function Mark() {
  return (
    <svg class={styles.mark} viewBox="0 0 48 40" width="48" height="40" aria-hidden="true">
      <path class={styles.lines} d="M3 8h25M3 16h25M3 24h25M3 32h16" />
      <path class={styles.note} d="M35 8v16" />
      <path class={styles.noteText} d="M40 10h6M40 16h6M40 22h4" />
    </svg>
  );
}
