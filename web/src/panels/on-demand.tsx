// A large panel whose code comes when it is first shown.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { tellError } from '../state/messages';
import { usePage } from './context';

export function onDemand<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function OnDemand(props: Props) {
    const page = usePage();
    const [, setLoaded] = useState(loaded);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (component) => {
          loaded = component;
          setLoaded(() => component);
        },
        (error: unknown) => {
          page.store.set({ dialog: null });
          tellError(page, 'connection', error);
        },
      );
    }, []);
    if (loaded === null) return null;
    const Panel = loaded;
    return <Panel {...props} />;
  };
}
