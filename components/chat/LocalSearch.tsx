import { useEffect, useRef } from 'preact/hooks';
import { useModel, useSignalEffect } from '@preact/signals';
import { patternsOf } from '../../state/options-ledger';
import { LocalServers } from '../../state/options-local';
import { LocalServersView } from '../settings/LocalServersView';
import { useGloss } from './context';

interface LocalSearchProps {
  /** The browser's answer; it was asked in the click that opened this. */
  access: Promise<boolean>;
  /** A model was set up and answers. */
  onReady(): void;
}

/** *Look for local models* without leaving the panel. */
export function LocalSearch({ access, onReady }: LocalSearchProps) {
  const { send, browser, settings, models } = useGloss();
  const servers = useModel(
    () =>
      new LocalServers({
        send,
        access: { request: browser.requestAccess, remove: browser.returnAccess },
        catalog: () => models.providers.peek(),
        newId: () => crypto.randomUUID(),
      }),
  );
  const began = useRef(false);
  useEffect(() => {
    if (!began.current) void models.learn().then(() => servers.look(access));
    began.current = true;
    return () => void servers.leave(settings.connections.peek().flatMap(patternsOf));
  }, []);
  useSignalEffect(() => {
    if (servers.answering.value !== null) onReady();
  });
  return (
    <LocalServersView
      servers={servers}
      catalog={models.providers.value}
      known={settings.connections.value.map(({ baseUrl }) => baseUrl)}
      onUsed={() => undefined}
      onSetUp={(provider) => browser.openSettings(`add=${provider}`)}
    />
  );
}
