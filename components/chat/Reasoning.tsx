import { i18n } from '#i18n';
import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { ChevronRight } from 'lucide';
import type { ReasoningPart } from '../../core/chat';
import { Icon } from '../ui/Icon';
import { MarkdownText } from './MarkdownText';
import styles from './Turn.module.css';

interface ReasoningProps {
  part: ReadonlySignal<ReasoningPart>;
  running: ReadonlySignal<boolean>;
}

function lasted(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const [minutes, rest] = [String(Math.floor(seconds / 60)), String(seconds % 60)];
  return seconds < 60 ? i18n.t('panel.thought.seconds', [rest]) : i18n.t('panel.thought.minutes', [minutes, rest]);
}

/** What the model thought, folded away. It is drawn only while it is open, however long it is. */
export function Reasoning({ part, running }: ReasoningProps) {
  const open = useSignal(false);
  const thinking = useComputed(() => running.value && part.value.ms === undefined);
  const text = useComputed(() => part.value.text);
  const done = useComputed(() => !thinking.value);
  const ms = useComputed(() => part.value.ms);
  const words = thinking.value
    ? i18n.t('panel.thought.now')
    : ms.value === undefined
      ? i18n.t('panel.thought.done')
      : i18n.t('panel.thought.for', [lasted(ms.value)]);
  return (
    <div class={styles.part}>
      <button type="button" class={styles.fold} aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
        <Icon icon={ChevronRight} size={14} />
        {words}
      </button>
      {open.value ? (
        <div class={styles.folded}>
          <MarkdownText text={text} done={done} />
        </div>
      ) : null}
    </div>
  );
}
