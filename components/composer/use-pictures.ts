/** Pictures from a paste, a drop or a file dialog, made to fit and attached; or a clear word why not. */
import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useComputed, useSignal, type ReadonlySignal } from '@preact/signals';
import { seesPictures } from '../../state/models';
import { mostPictures } from '../../state/pictures';
import { useGloss } from '../chat/context';

export interface Pictures {
  add(files: readonly File[]): Promise<void>;
  /** Opens the file dialog; call from a click. */
  pick(): void;
  /** Whether the model in use sees pictures; `undefined` while nobody has said. */
  sees: boolean | undefined;
  /** Why the last picture was not attached; empty when it was. */
  refusal: ReadonlySignal<string>;
}

export function usePictures(): Pictures {
  const { composer, panel, models } = useGloss();
  const refusal = useSignal('');
  const sees = useComputed(() => {
    const { connectionId, providerId, model } = panel.answering.value;
    const connection = { id: connectionId, provider: providerId };
    return seesPictures(connection, model, models.listings.value, models.providers.value);
  });
  const answering = panel.answering.value;
  useEffect(() => void models.learn(), []);
  useEffect(() => {
    refusal.value = '';
  }, [answering.model, answering.connectionId]);

  async function add(files: readonly File[]) {
    refusal.value = '';
    if (sees.peek() === false) {
      refusal.value = i18n.t('panel.image.blind', [panel.answering.peek().model]);
      return;
    }
    const { prepare } = await import('./prepare-picture');
    for (const file of files) {
      if (composer.images.peek().length >= mostPictures) {
        refusal.value = i18n.t('panel.image.tooMany', [String(mostPictures)]);
        return;
      }
      const prepared = await prepare(file);
      if (prepared === 'unreadable') refusal.value = i18n.t('panel.image.unreadable');
      else if (prepared === 'too-large') refusal.value = i18n.t('panel.image.tooLarge');
      else composer.image({ type: 'image', id: crypto.randomUUID(), ...prepared });
    }
  }

  function pick() {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.multiple = true;
    input.addEventListener('change', () => void add([...(input.files ?? [])]));
    input.click();
  }

  return { add, pick, sees: sees.value, refusal };
}
