import type { Errcode } from "./errcodes.ts";

const MAX_APPID_LENGTH = 64;

/** One mini program as the simulated platform knows it. */
export interface SimulatedApp {
  readonly appId: string;
  readonly appSecret: string;
  /** The Open Platform account that it is bound to. Apps of one account see one unionid per user; without it there is none. */
  readonly unionAccount?: string;
}

/** What the calls need of an app that has shown its secret. */
export type KnownApp = Pick<SimulatedApp, "appId" | "unionAccount">;

/** The apps of the simulated platform. */
export interface Apps {
  /** The app whose secret this is, or the refusal. */
  authenticate(appId: unknown, secret: unknown): KnownApp | Errcode;
  /**
   * The app of that id; without an id, the first one listed.
   * @throws TypeError if there is none
   */
  find(appId?: string): KnownApp;
}

/**
 * @param listed the apps that exist; their secrets are always checked
 * @param anyApp is every other appid welcome too, with any secret?
 */
export function createApps(listed: readonly SimulatedApp[], anyApp: boolean): Apps {
  if (listed.length === 0 && !anyApp) throw new TypeError("apps: name at least one app, or set anyApp");
  const byId = new Map(listed.map((app) => [app.appId, app]));
  if (byId.size !== listed.length) throw new TypeError("apps: an appId is listed twice");
  for (const { appId, appSecret } of listed) {
    if (appId === "" || appId.length > MAX_APPID_LENGTH)
      throw new TypeError("apps: an appId is 1 to 64 characters long");
    if (appSecret === "") throw new TypeError(`apps: ${appId} needs an appSecret`);
  }
  const welcome = (appId: string) => anyApp && appId !== "" && appId.length <= MAX_APPID_LENGTH;

  return Object.freeze({
    authenticate(appId: unknown, secret: unknown) {
      if (typeof appId !== "string" || appId === "") return 41002;
      if (typeof secret !== "string" || secret === "") return 41004;
      const app = byId.get(appId);
      if (app === undefined) return welcome(appId) ? { appId } : 40013;
      return app.appSecret === secret ? app : 40125;
    },
    find(appId?: string) {
      if (appId === undefined) {
        if (listed[0] === undefined) throw new TypeError("appId: say which app; none is listed here");
        return listed[0];
      }
      const app = byId.get(appId);
      if (app !== undefined) return app;
      if (welcome(appId)) return { appId };
      throw new TypeError("appId: no such app here");
    },
  });
}
