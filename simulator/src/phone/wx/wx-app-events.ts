import type { Life } from "../environment/lives.ts";
import type { EnterOptions } from "../launch.ts";
import type { NetworkType } from "../network/network-profile.ts";
import { createListeners } from "./call-listeners.ts";

export interface NetworkStatus {
  readonly isConnected: boolean;
  readonly networkType: NetworkType;
}

type Shown = (options: EnterOptions) => void;
type Hidden = (nothing: object) => void;
type Changed = (status: NetworkStatus) => void;

/** What `wx` tells unasked: coming and going, and the network. */
export interface WxAppEvents {
  onAppShow(listener: Shown): void;
  offAppShow(listener?: Shown): void;
  onAppHide(listener: Hidden): void;
  offAppHide(listener?: Hidden): void;
  onNetworkStatusChange(listener: Changed): void;
  offNetworkStatusChange(listener?: Changed): void;
  /** How the mini program was started. */
  getLaunchOptionsSync(): EnterOptions;
  /** How it was come to the last time. */
  getEnterOptionsSync(): EnterOptions;
}

export interface AppEvents {
  readonly wx: WxAppEvents;
  show(enter: EnterOptions): void;
  hide(): void;
  networkChanged(status: NetworkStatus): void;
  readonly entered: EnterOptions;
}

export function createAppEvents(life: Life, launch: EnterOptions): AppEvents {
  const shows = createListeners<EnterOptions>(life);
  const hides = createListeners<object>(life);
  const changes = createListeners<NetworkStatus>(life);
  let entered = launch;
  return {
    wx: {
      onAppShow: shows.on,
      offAppShow: shows.off,
      onAppHide: hides.on,
      offAppHide: hides.off,
      onNetworkStatusChange: changes.on,
      offNetworkStatusChange: changes.off,
      getLaunchOptionsSync: () => launch,
      getEnterOptionsSync: () => entered,
    },
    show(enter) {
      entered = enter;
      shows.tell(enter);
    },
    hide: () => hides.tell({}),
    networkChanged: changes.tell,
    get entered() {
      return entered;
    },
  };
}
