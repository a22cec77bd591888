import type { Life } from "./callbacks.ts";

type Listener = (options: { readonly path: string; readonly query: object; readonly scene: number }) => void;

/** Coming and going, as `wx` tells of it. */
export interface WxAppEvents {
  onAppShow(listener: Listener): void;
  offAppShow(listener?: Listener): void;
  onAppHide(listener: Listener): void;
  offAppHide(listener?: Listener): void;
}

export interface AppEvents {
  readonly wx: WxAppEvents;
  show(scene: number): void;
  hide(): void;
}

export function createAppEvents(life: Life): AppEvents {
  const shows = new Set<Listener>();
  const hides = new Set<Listener>();
  const off = (listeners: Set<Listener>, listener: Listener | undefined): void => {
    if (listener === undefined) listeners.clear();
    else listeners.delete(listener);
  };
  const tell = (listeners: Set<Listener>, scene: number): void => {
    for (const listener of [...listeners]) life.call(listener, { path: "", query: {}, scene });
  };
  return {
    wx: {
      onAppShow: (listener) => void shows.add(listener),
      offAppShow: (listener) => off(shows, listener),
      onAppHide: (listener) => void hides.add(listener),
      offAppHide: (listener) => off(hides, listener),
    },
    show: (scene) => tell(shows, scene),
    hide: () => tell(hides, 0),
  };
}
