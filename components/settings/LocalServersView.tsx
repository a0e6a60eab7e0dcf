import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import { Laptop } from 'lucide';
import { useEffect } from 'preact/hooks';
import type { Provider } from '../../providers/contract';
import type { FoundServer, LocalServers } from '../../state/options-local';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { DiagnosisView } from './DiagnosisView';
import { Monogram } from './Monogram';
import { visible } from '../ui/visible';
import styles from './LocalServersView.module.css';

interface LocalServersViewProps {
  servers: LocalServers;
  catalog: readonly Provider[];
  /** Base URLs that are set up already. */
  known: readonly string[];
  /** A found server was set up; its connection's id. */
  onUsed(id: string): void;
  /** Opens the form instead, for a server that wants a key. */
  onSetUp(provider: string): void;
}

/** *Look for local models*, what was found, and one click to use it. Options page and welcome show the same. */
export function LocalServersView({ servers, catalog, known, onUsed, onSetUp }: LocalServersViewProps) {
  const search = servers.search.value;
  return (
    <div class={styles.view}>
      <Button
        id="look-for-local-models"
        icon={Laptop}
        busy={search.state === 'searching'}
        onClick={() => void servers.look()}
      >
        {i18n.t('options.local.look')}
      </Button>
      <div role="status" class={styles.result}>
        {search.state === 'searching' ? i18n.t('options.local.searching') : null}
        {search.state === 'done' && search.found.length === 0 ? i18n.t('options.local.none') : null}
      </div>
      {search.state === 'refused' ? (
        <Callout tone="danger" role="alert">
          {i18n.t('options.local.refused')}
        </Callout>
      ) : null}
      {search.state === 'failed' ? (
        <Callout tone="danger" role="alert" detail={search.message}>
          {i18n.t('options.local.failed')}
        </Callout>
      ) : null}
      {servers.trouble.value ? (
        <DiagnosisView diagnosis={servers.trouble.value.diagnosis} onFix={(fix) => void servers.mend(fix)} />
      ) : null}
      {search.state === 'done' && search.found.length > 0 ? (
        <ul role="list" class={styles.list}>
          {search.found.map((server) => (
            <Found
              key={server.baseUrl}
              server={server}
              name={catalog.find((one) => one.id === server.provider)?.name ?? server.provider}
              known={known.includes(server.baseUrl)}
              busy={servers.adding.value === server.baseUrl}
              onUse={async (model) => {
                const id = await servers.use(server, model);
                if (id !== null) onUsed(id);
              }}
              onSetUp={() => onSetUp(server.provider)}
            />
          ))}
        </ul>
      ) : null}
    </div>
  );
}

interface FoundProps {
  server: FoundServer;
  name: string;
  known: boolean;
  busy: boolean;
  onUse(model: string): Promise<void>;
  onSetUp(): void;
}

function Found({ server, name, known, busy, onUse, onSetUp }: FoundProps) {
  const model = useSignal(server.models[0]?.id ?? '');
  useEffect(() => {
    if (!server.models.some((one) => one.id === model.value)) model.value = server.models[0]?.id ?? '';
  }, [server.models]);
  return (
    <li class={styles.found}>
      <Monogram name={name} />
      <div class={styles.words}>
        <strong>{name}</strong>
        <span class={styles.address} dir="ltr">
          {server.baseUrl}
        </span>
      </div>
      {server.models.length > 1 ? (
        <select
          aria-label={i18n.t('options.local.which', [name])}
          value={model.value}
          onChange={(event) => (model.value = event.currentTarget.value)}
        >
          {server.models.map(({ id }) => (
            <option key={id} value={id}>
              {visible(id)}
            </option>
          ))}
        </select>
      ) : (
        <span class={styles.address}>
          {model.value === '' ? i18n.t('options.local.noModels') : visible(model.value)}
        </span>
      )}
      {known ? (
        <span class={styles.address}>{i18n.t('options.local.known')}</span>
      ) : (
        <Button
          kind="primary"
          size="small"
          busy={busy}
          onClick={() => (model.value === '' ? onSetUp() : void onUse(model.value))}
        >
          {model.value === '' ? i18n.t('options.local.setUp') : i18n.t('options.local.use')}
        </Button>
      )}
    </li>
  );
}
