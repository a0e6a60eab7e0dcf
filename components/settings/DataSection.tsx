import { i18n } from '#i18n';
import { Download, Upload } from 'lucide';
import { useRef } from 'preact/hooks';
import type { ImportSummary } from '../../core/protocol';
import type { DataModel, ImportState } from '../../state/options-data';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { visible } from '../ui/visible';
import { Part, Section } from './Section';
import styles from './DataSection.module.css';

/** Everything out as one file, and a file in after a look at it. */
export function DataSection({ data }: { data: DataModel }) {
  const file = useRef<HTMLInputElement>(null);
  const exporting = data.exporting.value;
  return (
    <Section title={i18n.t('options.section.data')}>
      <Part title={i18n.t('options.export.title')} intro={i18n.t('options.export.intro')}>
        <div>
          <Button icon={Download} busy={exporting === 'working'} onClick={() => void data.exportAll()}>
            {i18n.t('options.export.button')}
          </Button>
        </div>
        {exporting === 'done' ? (
          <p class={styles.quiet} role="status">
            {i18n.t('options.export.done')}
          </p>
        ) : null}
        {typeof exporting === 'object' ? (
          <Callout tone="danger" role="alert" detail={exporting.failed}>
            {i18n.t('options.export.failed')}
          </Callout>
        ) : null}
      </Part>
      <Part title={i18n.t('options.import.title')} intro={i18n.t('options.import.intro')}>
        <input
          ref={file}
          class="visually-hidden"
          type="file"
          accept=".json,application/json"
          aria-label={i18n.t('options.import.file')}
          tabIndex={-1}
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            // The same file may be chosen again.
            event.currentTarget.value = '';
            if (chosen) void data.look(() => chosen.text());
          }}
        />
        <div>
          <Button icon={Upload} onClick={() => file.current?.click()}>
            {i18n.t('options.import.button')}
          </Button>
        </div>
        <ImportResult data={data} state={data.importing.value} />
      </Part>
    </Section>
  );
}

function ImportResult({ data, state }: { data: DataModel; state: ImportState }) {
  switch (state.state) {
    case 'none':
      return null;
    case 'reading':
    case 'writing':
      return (
        <p class={styles.quiet} role="status">
          {state.state === 'reading' ? i18n.t('options.import.reading') : i18n.t('options.import.writing')}
        </p>
      );
    case 'seen':
      return (
        <Callout
          tone="info"
          role="status"
          actions={
            <>
              <Button kind="primary" size="small" onClick={() => void data.write()}>
                {i18n.t('options.import.yes')}
              </Button>
              <Button size="small" onClick={() => data.forget()}>
                {i18n.t('options.cancel')}
              </Button>
            </>
          }
        >
          {i18n.t('options.import.seen')}
          <Summary summary={state.summary} />
        </Callout>
      );
    case 'done':
      return (
        <Callout
          tone="ok"
          role="status"
          actions={
            <Button size="small" onClick={() => void data.undo()}>
              {i18n.t('options.undo')}
            </Button>
          }
        >
          {i18n.t('options.import.done')}
          <Summary summary={state.summary} />
        </Callout>
      );
    case 'undone':
      return (
        <Callout tone="ok" role="status">
          {i18n.t('options.import.undone')}
        </Callout>
      );
    case 'failed':
      return (
        <Callout tone="danger" role="alert" detail={state.message}>
          {i18n.t('options.import.failed')}
        </Callout>
      );
    default:
      return state satisfies never;
  }
}

/** What a file holds, and what of it cannot be taken. */
function Summary({ summary }: { summary: ImportSummary }) {
  return (
    <ul class={styles.summary}>
      <li>{i18n.t('options.import.chats', [String(summary.chats), String(summary.messages)])}</li>
      <li>{i18n.t('options.import.connections', [String(summary.connections)])}</li>
      {summary.settings > 0 ? <li>{i18n.t('options.import.settings', [String(summary.settings)])}</li> : null}
      {summary.origins.length > 0 ? (
        <li>{i18n.t('options.import.origins', [visible(summary.origins.join(', '))])}</li>
      ) : null}
      {summary.skipped > 0 ? <li>{i18n.t('options.import.skipped', [String(summary.skipped)])}</li> : null}
      {summary.problems.slice(0, 10).map((problem) => (
        <li key={problem} dir="auto">
          {visible(problem)}
        </li>
      ))}
    </ul>
  );
}
