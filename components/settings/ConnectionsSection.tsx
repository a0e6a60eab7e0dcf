import { i18n } from '#i18n';
import { Plus } from 'lucide';
import type { Connection, Provider } from '../../providers/contract';
import type { Connections } from '../../state/options-connections';
import type { ConnectionForm } from '../../state/options-form';
import type { LocalServers } from '../../state/options-local';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { visible } from '../ui/visible';
import { ConnectionCard } from './ConnectionCard';
import { ConnectionEditor } from './ConnectionEditor';
import type { EngineStatus } from './EngineNote';
import { LocalServersView } from './LocalServersView';
import { Section } from './Section';
import styles from './ConnectionsSection.module.css';

/** A form that stood open already keeps what was typed; *Edit* only leads into it. */
const goToForm = () => document.getElementById('connection-provider')?.focus();

interface ConnectionsSectionProps {
  connections: Connections;
  local: LocalServers;
  catalog: readonly Provider[];
  passphrase: { set: boolean; locked: boolean };
  engines: EngineStatus;
}

/** Who may answer: the list, the form that stands open in it, and the ways to add one. */
export function ConnectionsSection({ connections, local, catalog, passphrase, engines }: ConnectionsSectionProps) {
  const rows = connections.rows.value;
  const form = connections.open.value;
  const openId = form?.draft.value.id;
  const isStored = rows.some((row) => row.connection.id === openId);
  const removed = connections.removed.value;

  const editor = (one: ConnectionForm) => (
    <ConnectionEditor
      key={connections.openNumber.value}
      form={one}
      catalog={catalog}
      others={rows.map((row): Connection => row.connection).filter(({ id }) => id !== openId)}
      passphrase={passphrase}
      engines={engines}
      onClose={() => void connections.close()}
    />
  );

  return (
    <Section
      title={i18n.t('options.section.connections')}
      intro={i18n.t('options.connectionsIntro')}
      action={
        form && !isStored ? null : (
          <Button kind="primary" icon={Plus} onClick={() => void connections.add()}>
            {i18n.t('options.addProvider')}
          </Button>
        )
      }
    >
      {connections.failure.value === null ? null : (
        <Callout tone="danger" role="alert" detail={connections.failure.value}>
          {i18n.t('options.notDone')}
        </Callout>
      )}
      {removed ? (
        <Callout
          tone="info"
          role="status"
          actions={
            <Button size="small" onClick={() => void connections.undoRemove()}>
              {i18n.t('options.undo')}
            </Button>
          }
        >
          {i18n.t('options.removed', [visible(removed.connection.name)])}
        </Callout>
      ) : null}
      {form && !isStored ? (
        <div class={styles.fresh}>
          <h3 class={styles.freshTitle}>{i18n.t('options.newConnection')}</h3>
          {editor(form)}
        </div>
      ) : null}
      {rows.length === 0 && !form ? <p class={styles.empty}>{i18n.t('options.noConnections')}</p> : null}
      {rows.length > 0 ? (
        <ul role="list" class={styles.list}>
          {rows.map((row) => {
            const { id } = row.connection;
            return (
              <ConnectionCard
                key={id}
                row={row}
                open={id === openId}
                onEdit={() => void connections.edit(id).then(goToForm)}
                onRemove={() => void connections.remove(id)}
                onDefault={() => void connections.setDefault(id)}
                onEnable={(enabled) => void connections.enable(id, enabled)}
                onAllow={() => void connections.allow(id)}
              >
                {form && id === openId ? editor(form) : null}
              </ConnectionCard>
            );
          })}
        </ul>
      ) : null}
      {form && !isStored ? null : (
        <LocalServersView
          servers={local}
          catalog={catalog}
          known={rows.map((row) => row.connection.baseUrl)}
          onUsed={() => void connections.refreshKeys()}
          onSetUp={(provider) => void connections.add(provider)}
        />
      )}
    </Section>
  );
}
