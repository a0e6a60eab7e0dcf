import { i18n } from '#i18n';
import { useEffect } from 'preact/hooks';
import { useModel } from '@preact/signals';
import { DoctorModel } from '../../state/doctor';
import { DiagnosisView } from '../settings/DiagnosisView';
import { Callout } from '../ui/Callout';
import { Spinner } from '../ui/Button';
import { useGloss } from './context';
import { errorWords } from './error-words';
import styles from './Turn.module.css';

/** *What is wrong?*: looks into the connection of a failed answer and offers the cure. */
export function Examination({ connectionId, model }: { connectionId: string; model: string }) {
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
    <div class={styles.failure}>
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
        <DiagnosisView diagnosis={diagnosis.value} onFix={(fix) => void doctor.fix(connectionId, fix)} />
      ) : null}
      {mended.value ? (
        <p class={styles.note} role="status">
          {i18n.t('panel.fix.mended')}
        </p>
      ) : null}
    </div>
  );
}
