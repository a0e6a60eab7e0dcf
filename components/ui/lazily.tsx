import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/**
 * A component that is loaded when it is first drawn, so that what is rarely seen costs nothing at the start. `instead` is shown
 * until it is there.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  instead: (props: Props) => ComponentChildren = () => null,
) {
  let loaded: ComponentType<Props> | undefined;
  let loading: Promise<ComponentType<Props>> | undefined;
  const begin = () => {
    loading ??= load();
    return loading;
  };

  function Lazy(props: Props) {
    const [Component, put] = useState<ComponentType<Props> | undefined>(() => loaded);
    useEffect(() => {
      if (Component) return;
      let gone = false;
      begin().then(
        (component) => {
          loaded = component;
          if (!gone) put(() => component);
        },
        // Part of the extension itself: it fails only when the extension was replaced under an open page.
        () => (loading = undefined),
      );
      return () => {
        gone = true;
      };
    }, []);
    return Component ? <Component {...props} /> : <>{instead(props)}</>;
  }
  /** Loads it before it is needed. */
  Lazy.preload = (): void =>
    void begin()
      .then((component) => (loaded = component))
      .catch(() => undefined);
  return Lazy;
}
