import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import type { DataModel } from '../../state/options-data';
import type { Ledger, LedgerRow } from '../../state/options-ledger';
import type { PassphraseModel } from '../../state/options-passphrase';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { PassphrasePart } from './PassphrasePart';
import { Part, Section } from './Section';
import { visible } from '../ui/visible';
import styles from './PrivacySection.module.css';

interface PrivacySectionProps {
  ledger: Ledger;
  passphrase: PassphraseModel;
  data: DataModel;
}

/** What Gloss may reach, what protects the keys, and how to be rid of everything. */
export function PrivacySection({ ledger, passphrase, data }: PrivacySectionProps) {
  return (
    <Section title={i18n.t('options.section.privacy')} intro={i18n.t('options.privacy.intro')}>
      <Part title={i18n.t('options.ledger.title')} intro={i18n.t('options.ledger.intro')}>
        <LedgerTable ledger={ledger} />
      </Part>
      <PassphrasePart passphrase={passphrase} />
      <ClearPart data={data} />
    </Section>
  );
}

function LedgerTable({ ledger }: { ledger: Ledger }) {
  const rows = ledger.rows.value;
  if (rows.length === 0) return <p class={styles.quiet}>{i18n.t('options.ledger.empty')}</p>;
  return (
    <ul role="list" class={styles.rows}>
      {rows.map((row) => (
        <LedgerEntry
          key={row.pattern}
          row={row}
          refused={ledger.refused.value === row.pattern}
          onRevoke={() => void ledger.revoke(row.pattern)}
          onAllow={() => void ledger.allow(row.pattern)}
        />
      ))}
    </ul>
  );
}

interface LedgerEntryProps {
  row: LedgerRow;
  /** The browser did not do what the last click asked for. */
  refused: boolean;
  onRevoke(): void;
  onAllow(): void;
}

function LedgerEntry({ row, refused, onRevoke, onAllow }: LedgerEntryProps) {
  const host = row.host ?? i18n.t('options.ledger.allSites');
  const id = `ledger-${row.pattern.replace(/[^a-z0-9]/gi, '-')}`;
  return (
    <li class={styles.row}>
      <div class={styles.words}>
        <span class={styles.host} id={id} dir="ltr">
          {row.scheme === 'https' || row.host === null ? host : `${row.scheme}://${host}`}
        </span>
        <span class={styles.quiet}>
          {row.connections.length > 0
            ? i18n.t('options.ledger.for', [visible(namesOf(row.connections))])
            : i18n.t('options.ledger.unused')}
          {' · '}
          {row.lastUsed === undefined
            ? i18n.t('options.ledger.never')
            : i18n.t('options.ledger.lastUsed', [
                new Date(row.lastUsed).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }),
              ])}
        </span>
        {refused ? (
          <span class={styles.refused} role="alert">
            {row.granted ? i18n.t('options.ledger.notRevoked') : i18n.t('options.ledger.notAllowed')}
          </span>
        ) : null}
      </div>
      {row.granted ? (
        <Button size="small" aria-describedby={id} onClick={onRevoke}>
          {i18n.t('options.ledger.revoke')}
        </Button>
      ) : (
        <Button size="small" aria-describedby={id} onClick={onAllow}>
          {i18n.t('options.allow')}
        </Button>
      )}
    </li>
  );
}

function ClearPart({ data }: { data: DataModel }) {
  const asking = useSignal(false);
  const state = data.clearing.value;
  return (
    <Part title={i18n.t('options.clear.title')} intro={i18n.t('options.clear.intro')}>
      {asking.value ? (
        <Callout
          tone="danger"
          role="alert"
          actions={
            <>
              <Button
                kind="danger"
                size="small"
                onClick={() => {
                  asking.value = false;
                  void data.clear();
                }}
              >
                {i18n.t('options.clear.yes')}
              </Button>
              <Button size="small" onClick={() => (asking.value = false)}>
                {i18n.t('options.clear.no')}
              </Button>
            </>
          }
        >
          {i18n.t('options.clear.sure')}
        </Callout>
      ) : (
        <div>
          <Button kind="danger" busy={state === 'working'} onClick={() => (asking.value = true)}>
            {i18n.t('options.clear.button')}
          </Button>
        </div>
      )}
      {state === 'done' ? (
        <Callout tone="ok" role="status">
          {i18n.t('options.clear.done')}
        </Callout>
      ) : null}
      {typeof state === 'object' ? (
        <Callout tone="danger" role="alert" detail={state.failed}>
          {i18n.t('options.clear.failed')}
        </Callout>
      ) : null}
    </Part>
  );
}

/** More names than this are counted; each may be as long as a line. */
const mostNames = 10;

function namesOf(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` + ${more}` : '');
}
