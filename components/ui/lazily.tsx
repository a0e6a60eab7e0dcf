import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A component that is loaded when it is first drawn, so that what is rarely seen costs nothing at the start. Until it is there
 * nothing is shown; `otherwise` is shown when it cannot be loaded.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  otherwise: (props: Props) => ComponentChildren = () => null,
) {
  let loaded: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  const begin = () => {
    loading ??= load().then(
      (component) => (loaded = component),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  function Lazy(props: Props) {
    const [Component, put] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [failed, fail] = useState(false);
    useEffect(() => {
      if (Component) return;
      let gone = false;
      begin().then(
        (component) => {
          if (!gone) put(() => component);
        },
        // Part of the extension itself: it fails only when the extension was replaced under an open page.
        () => {
          if (!gone) fail(true);
        },
      );
      return () => {
        gone = true;
      };
    }, []);
    return Component ? <Component {...props} /> : failed ? <>{otherwise(props)}</> : null;
  }
  /** Loads it before it is needed. */
  Lazy.preload = (): void => void begin().catch(() => undefined);
  return Lazy;
}
