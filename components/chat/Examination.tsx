import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useModel } from '@preact/signals';
import type { Diagnosis } from '../../core/protocol';
import { DoctorModel } from '../../state/doctor';
import { DiagnosisView } from '../settings/DiagnosisView';
import { Callout } from '../ui/Callout';
import { Spinner } from '../ui/Button';
import { useGloss } from './context';
import { errorWords } from './error-words';
import styles from './Turn.module.css';

interface ExaminationProps {
  connectionId: string;
  model: string;
  /** The server's words that stand above already. */
  said: string;
}

/** *What is wrong?*: looks into the connection of a failed answer and offers the cure. */
export function Examination({ connectionId, model, said }: ExaminationProps) {
  const { send, settings, panel, browser } = useGloss();
  const doctor = useModel(
    () =>
      new DoctorModel({
        send,
        connections: settings.connections,
        requestAccess: browser.requestAccess,
        use: panel.choose,
        openLink: browser.openLink,
      }),
  );
  useEffect(() => void doctor.examine(connectionId, model), []);
  const { diagnosis, examining, failure, mended } = doctor;
  return (
    <div class={`${styles.failure} ${styles.examined}`}>
      {examining.value ? (
        <p class={styles.waiting} role="status">
          <Spinner /> {i18n.t('panel.fix.examining')}
        </p>
      ) : null}
      {failure.value ? (
        <Callout tone="danger" role="alert" detail={failure.value.message}>
          {errorWords(failure.value)}
        </Callout>
      ) : null}
      {diagnosis.value ? (
        <DiagnosisView
          diagnosis={withoutRepeating(diagnosis.value, said)}
          onFix={(fix) => void doctor.fix(connectionId, fix)}
        />
      ) : null}
      {mended.value ? (
        <p class={styles.note} role="status">
          {i18n.t('panel.fix.mended')}
        </p>
      ) : null}
    </div>
  );
}

function withoutRepeating(diagnosis: Diagnosis, said: string): Diagnosis {
  const { detail, ...rest } = diagnosis;
  return detail === undefined || said.startsWith(detail) ? rest : diagnosis;
}
