import type { MiniEnvironment, OpenPage, SimulatedPhone } from "@hufu/simulator";
import type { ShopApi, ShopPhone } from "../shop/run-shop.ts";

/** The shop's mini program on one phone, and what became of its sign-ins. */
export interface AppOnPhone {
  readonly phone: SimulatedPhone;
  readonly hufu: ShopApi["hufu"];
  /** Refreshes and sign-ins that succeeded, and why sessions ended, of all its runs. */
  readonly seen: { user: string | undefined; refreshes: number; signIns: number; readonly ended: string[] };
  openPage(path: "orders" | "devices"): OpenPage;
  /** The system has ended it meanwhile; the user starts it again. */
  restart(): void;
}

export function startApp({ phone, open }: ShopPhone): AppOnPhone {
  const seen: AppOnPhone["seen"] = { user: undefined, refreshes: 0, signIns: 0, ended: [] };
  const start = (): { readonly environment: MiniEnvironment; readonly hufu: ShopApi["hufu"] } => {
    const environment = open();
    const { hufu } = environment.require("api.js") as ShopApi;
    hufu.on("refreshed", () => {
      seen.refreshes += 1;
    });
    hufu.on("signedIn", ({ user }) => {
      seen.user = user?.id;
      seen.signIns += 1;
    });
    hufu.on("ended", ({ why }) => seen.ended.push(why));
    return { environment, hufu };
  };
  let running = start();
  return {
    phone,
    seen,
    get hufu() {
      return running.hufu;
    },
    openPage: (path) => running.environment.openPage(`pages/${path}/${path}`),
    restart() {
      phone.restart();
      running = start();
    },
  };
}
