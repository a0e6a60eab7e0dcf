import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { EngineAvailability, EngineId } from '../../providers/contract';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';

/** What a page can do about the browser's own model. Entry points make it from `engines/prompt-api`. */
export interface EngineStatus {
  availability(): Promise<EngineAvailability>;
  /** From a click: the browser starts a download only then. `progress` is called with a number from 0 to 1. */
  download(progress: (done: number) => void): Promise<void>;
}

const availabilityWords: Record<EngineAvailability, () => string> = {
  available: () => i18n.t('catalog.builtIn.available'),
  downloadable: () => i18n.t('catalog.builtIn.downloadable'),
  downloading: () => i18n.t('catalog.builtIn.downloading'),
  unavailable: () => i18n.t('catalog.builtIn.unavailable'),
};

/** Answers made on this device need no address and no key; what they need instead is said here. */
export function EngineNote({ engine, status }: { engine: EngineId; status: EngineStatus }) {
  switch (engine) {
    case 'passages':
      return (
        <Callout tone="info" role="note">
          {i18n.t('catalog.passagesNote')}
        </Callout>
      );
    case 'prompt-api':
      return <BuiltInModel status={status} />;
    default:
      return engine satisfies never;
  }
}

function BuiltInModel({ status }: { status: EngineStatus }) {
  const availability = useSignal<EngineAvailability | null>(null);
  const progress = useSignal<number | null>(null);
  const failure = useSignal<string | null>(null);

  useEffect(() => {
    let gone = false;
    void status.availability().then((found) => {
      if (!gone) availability.value = found;
    });
    return () => {
      gone = true;
    };
  }, []);

  async function download(done: Promise<void>) {
    failure.value = null;
    availability.value = 'downloading';
    try {
      await done;
      availability.value = await status.availability();
    } catch (error) {
      availability.value = 'downloadable';
      failure.value = error instanceof Error ? error.message : String(error);
    }
    progress.value = null;
  }

  const found = availability.value;
  if (found === null) return null;
  return (
    <Callout
      tone={found === 'available' ? 'ok' : found === 'unavailable' ? 'warn' : 'info'}
      role="status"
      {...(failure.value === null ? {} : { detail: failure.value })}
      {...(found === 'downloadable'
        ? {
            actions: (
              <Button size="small" onClick={() => void download(status.download((part) => (progress.value = part)))}>
                {i18n.t('catalog.builtIn.download')}
              </Button>
            ),
          }
        : {})}
    >
      {availabilityWords[found]()}
      {progress.value === null ? null : ` ${Math.round(progress.value * 100)} %`}
    </Callout>
  );
}
