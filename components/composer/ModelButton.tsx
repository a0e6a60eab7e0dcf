import { i18n } from '#i18n';
import { useEffect, useId, useRef } from 'preact/hooks';
import { ChevronDown } from 'lucide';
import { passagesId } from '../../state/settings';
import { useGloss } from '../chat/context';
import { Icon } from '../ui/Icon';
import { lazily } from '../ui/lazily';
import { visible } from '../ui/visible';
import styles from './Model.module.css';

const ModelList = lazily(() => import('./ModelList').then((module) => module.ModelList));

/** Who answers, and the way to choose somebody else. */
export function ModelButton() {
  const { panel, settings, pickingModel, focus } = useGloss();
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const popup = useId();
  const { connectionId, connection, model } = panel.answering.value;
  const open = pickingModel.value;
  const isPassages = connectionId === passagesId;
  const name = isPassages ? i18n.t('panel.model.passages') : visible(model || connection);

  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) pickingModel.value = false;
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [open]);

  const close = (chosen: boolean) => {
    pickingModel.value = false;
    if (chosen) focus.value += 1;
    else button.current?.focus();
  };
  return (
    <div ref={box} class={styles.box}>
      <button
        ref={button}
        type="button"
        role="combobox"
        class={styles.button}
        aria-label={i18n.t('panel.model.label')}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? popup : undefined}
        title={isPassages ? i18n.t('panel.model.passagesNote') : i18n.t('panel.model.title', [connection, model])}
        onPointerEnter={ModelList.preload}
        onFocus={ModelList.preload}
        onClick={() => (pickingModel.value = !open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          pickingModel.value = true;
        }}
      >
        <span class={`${styles.dot} ${isPassages && settings.known.value ? styles.dotQuiet : ''}`} aria-hidden="true" />
        <bdi class={styles.name}>{settings.known.value ? name : '\u00A0'}</bdi>
        <Icon icon={ChevronDown} size={12} />
      </button>
      {open ? <ModelList id={popup} onClose={close} /> : null}
    </div>
  );
}
