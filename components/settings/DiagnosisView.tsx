import { i18n } from '#i18n';
import { useSignal } from '@preact/signals';
import type { Diagnosis, DiagnosisFix } from '../../core/protocol';
import { Button } from '../ui/Button';
import { Callout } from '../ui/Callout';
import { visible } from '../ui/visible';
import { Copyable } from './Copyable';
import { diagnosisWords, fixWords } from './diagnosis-words';
import { type System, originCommands, systemOf, systems } from './origin-commands';
import styles from './DiagnosisView.module.css';

interface DiagnosisViewProps {
  diagnosis: Diagnosis;
  /** Called straight from the click, so that it may ask the browser for access. Absent: fixes are only described. */
  onFix?(fix: DiagnosisFix): void;
}

/** What the doctor found: the cause in a sentence, and the button that mends it. Panel and options page show the same. */
export function DiagnosisView({ diagnosis, onFix }: DiagnosisViewProps) {
  const { fix } = diagnosis;
  const names = (diagnosis.suggestions ?? []).filter((name) => fix?.kind !== 'model' || name !== fix.model);
  const actions = [
    ...(fix && onFix ? [<FixButton key="fix" fix={fix} onFix={onFix} primary />] : []),
    ...(onFix ? names.map((name) => <FixButton key={name} fix={{ kind: 'model', model: name }} onFix={onFix} />) : []),
  ];
  return (
    <div class={styles.view}>
      <Callout
        tone={diagnosis.ok ? 'ok' : 'danger'}
        role={diagnosis.ok ? 'status' : 'alert'}
        {...(diagnosis.detail ? { detail: diagnosis.detail } : {})}
        {...(actions.length > 0 ? { actions } : {})}
      >
        {visible(diagnosisWords(diagnosis))}
      </Callout>
      {diagnosis.cause === 'origin-refused' ? <OriginHelp /> : null}
    </div>
  );
}

function FixButton({
  fix,
  onFix,
  primary = false,
}: {
  fix: DiagnosisFix;
  onFix(fix: DiagnosisFix): void;
  primary?: boolean;
}) {
  if (fix.kind === 'open') {
    return (
      <a class={styles.open} href={fix.url} target="_blank" rel="noopener noreferrer">
        {visible(fixWords(fix))}
      </a>
    );
  }
  return (
    <Button size="small" kind={primary ? 'primary' : 'plain'} onClick={() => onFix(fix)}>
      {visible(fixWords(fix))}
    </Button>
  );
}

const systemNames: Record<System, () => string> = {
  macos: () => i18n.t('doctor.macos'),
  windows: () => i18n.t('doctor.windows'),
  linux: () => i18n.t('doctor.linux'),
  docker: () => i18n.t('doctor.docker'),
};

const afterwards: Record<System, () => string> = {
  macos: () => i18n.t('doctor.restartMacos'),
  windows: () => i18n.t('doctor.restartWindows'),
  linux: () => i18n.t('doctor.restartLinux'),
  docker: () => i18n.t('doctor.restartDocker'),
};

/** The other way to get past Ollama's 403: its own setting, command by command. */
export function OriginHelp() {
  const system = useSignal<System>(systemOf(navigator.platform));
  return (
    <div class={styles.help}>
      <p>{i18n.t('doctor.originHelp')}</p>
      <div class={styles.systems} role="group" aria-label={i18n.t('doctor.system')}>
        {systems.map((one) => (
          <Button key={one} size="small" aria-pressed={one === system.value} onClick={() => (system.value = one)}>
            {systemNames[one]()}
          </Button>
        ))}
      </div>
      <Copyable
        text={originCommands[system.value]}
        label={i18n.t('doctor.commandFor', [systemNames[system.value]()])}
      />
      <p>{afterwards[system.value]()}</p>
    </div>
  );
}
