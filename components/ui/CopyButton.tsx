import { i18n } from '#i18n';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Check, Copy, CopyX } from 'lucide';
import { IconButton } from './IconButton';

/** Milliseconds for which the button says what came of it. */
const sayFor = 1_600;

/** Copies plain text and says so in its own place. */
export function CopyButton({ text, size = 'small' }: { text: () => string; size?: 'small' | 'medium' }) {
  const [state, put] = useState<'idle' | 'copied' | 'failed'>('idle');
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);

  async function copy() {
    const copied = await navigator.clipboard.writeText(text()).then(
      () => true,
      () => false,
    );
    put(copied ? 'copied' : 'failed');
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => put('idle'), copied ? sayFor : 3 * sayFor);
  }

  const said = { idle: i18n.t('panel.copy'), copied: i18n.t('panel.copied'), failed: i18n.t('panel.copyFailed') };
  const icons = { idle: Copy, copied: Check, failed: CopyX };
  return (
    <>
      <IconButton label={i18n.t('panel.copy')} title={said[state]} icon={icons[state]} size={size} onClick={copy} />
      <span class="visually-hidden" role="status">
        {state === 'idle' ? '' : said[state]}
      </span>
    </>
  );
}
