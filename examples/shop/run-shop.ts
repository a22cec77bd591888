// The example shop on this machine: its back end on a free port, a simulated WeChat, the mini program as DevTools would
// build it, and phones.
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@hufu/client";
import {
  createSimulatedPhone,
  createSimulatedWeChat,
  type MiniEnvironment,
  type SimulatedPhone,
  type SimulatedPhoneOptions,
  type SimulatedWeChat,
} from "@hufu/simulator";
import type { Hufu } from "hufu";
import { buildForMiniPrograms } from "../../tools/build-client.ts";
import { openShopBackend } from "./backend.ts";

/** The mini program's environment of time: server and phones share it. */
export interface ShopClock {
  now(): number;
  monotonic(): number;
  /** Nothing happens for so long. */
  skip(ms: number): void;
}

/** A phone with the shop's mini program on it. */
export interface ShopPhone {
  readonly phone: SimulatedPhone;
  /** Starts the mini program, again after a restart. */
  open(): MiniEnvironment;
}

/** What `api.js` of the mini program exports, as far as tests and demos use it from outside. */
export interface ShopApi {
  readonly hufu: Client;
}

export interface RunningShop {
  readonly hufu: Hufu;
  readonly wechat: SimulatedWeChat;
  readonly clock: ShopClock;
  /** The shop's own database. */
  readonly shopFile: string;
  phone(options?: Partial<SimulatedPhoneOptions>): ShopPhone;
  close(): Promise<void>;
}

const APP = "wx0123456789abcdef";
/** Where the mini program believes its back end to be. */
const ORIGIN = "https://api.example.com";
const SECRET = "for-this-machine-alone-4f1d8c2b7a6e9035";

/** @param speed how fast time passes, on phones and on the server */
export async function runShop({ speed = 1 }: { readonly speed?: number } = {}): Promise<RunningShop> {
  const folder = mkdtempSync(join(tmpdir(), "hufu-shop-"));
  const miniProgram = join(folder, "miniprogram");
  const shopFile = join(folder, "shop.db");
  cpSync(join(import.meta.dirname, "miniprogram"), miniProgram, { recursive: true });
  await buildForMiniPrograms(join(miniProgram, "miniprogram_npm", "@hufu", "client"));

  let skipped = 0;
  const startedAt = Date.now();
  const begun = performance.now();
  const monotonic = (): number => (performance.now() - begun) * speed + skipped;
  const clock: ShopClock = {
    monotonic,
    now: () => Math.round(startedAt + monotonic()),
    skip(ms) {
      skipped += ms;
    },
  };
  const wechat = createSimulatedWeChat({ apps: [{ appId: APP, appSecret: "simulated" }], clock });
  const platform = await wechat.listen();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const backend = await openShopBackend(
    {
      issuer: `${url}/auth`,
      secret: SECRET,
      database: `sqlite:${join(folder, "hufu.db")}`,
      apps: [{ appId: APP, appSecret: "simulated", endpoint: platform.url }],
      environment: { clock },
      // Hours may pass here between two readings of the database.
      guards: { outOfTouch: "accept" },
    },
    shopFile,
  );
  server.on("request", (request, response) => {
    response.setHeader("date", new Date(clock.now()).toUTCString());
    backend.app(request, response);
  });

  const phones: SimulatedPhone[] = [];
  return {
    hufu: backend.hufu,
    wechat,
    clock,
    shopFile,
    phone(options = {}) {
      const phone = createSimulatedPhone({
        appId: APP,
        wechat,
        speed,
        clock,
        hosts: { [ORIGIN]: url },
        ...options,
      });
      phones.push(phone);
      return {
        phone,
        open() {
          const environment = phone.environment({ root: miniProgram });
          environment.require("app.js");
          environment.launch({ scene: options.scene ?? 1001 });
          return environment;
        },
      };
    },
    async close() {
      for (const phone of phones) phone.close();
      server.close();
      server.closeAllConnections();
      await backend.close();
      await platform.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
