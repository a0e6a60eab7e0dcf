import { i18n } from '#i18n';
import { ChevronLeft, ChevronRight } from 'lucide';
import type { Versions as Count } from '../../state/tree';
import { IconButton } from '../ui/IconButton';
import { useGloss } from './context';
import styles from './Turn.module.css';

/** ‹ 1/2 ›: turns to another version of a question or an answer. Nothing is shown while there is only one. */
export function Versions({ versions }: { versions: Count }) {
  const { chat } = useGloss();
  const { index, count, previous, next } = versions;
  if (count < 2) return null;
  const [at, of] = [String(index + 1), String(count)];
  const turn = (id: string | undefined) => () => {
    if (id !== undefined) void chat.turnTo(id);
  };
  return (
    <span class={styles.versions} role="group" aria-label={i18n.t('panel.versions')}>
      <IconButton
        label={i18n.t('panel.previousVersion')}
        icon={ChevronLeft}
        size="small"
        disabled={previous === undefined}
        onClick={turn(previous)}
      />
      <span class={styles.count}>
        <span aria-hidden="true">{i18n.t('panel.version', [at, of])}</span>
        <span class="visually-hidden">{i18n.t('panel.versionSpoken', [at, of])}</span>
      </span>
      <IconButton
        label={i18n.t('panel.nextVersion')}
        icon={ChevronRight}
        size="small"
        disabled={next === undefined}
        onClick={turn(next)}
      />
    </span>
  );
}
