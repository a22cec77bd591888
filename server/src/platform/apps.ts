import { HufuError } from "../core/errors/errors.ts";
import { type Deadline, systemDeadline, untilAborted } from "../core/time/deadline.ts";
import type { AppOptions } from "./app-options.ts";
import { toApp } from "./app-schema.ts";
import type { App } from "./platform.ts";
import { isVisibleAscii } from "./wechat/visible-ascii.ts";

/** Answers the app of a client id; `undefined` = there is none. Asked on every look-up: keep it quick, or cache in it. */
export type FindAppOptions = (clientId: string) => AppOptions | undefined | Promise<AppOptions | undefined>;

/** The mini programs of a deployment, as its owner hands them over. */
export type AppsOption = readonly AppOptions[] | FindAppOptions;

export interface Apps {
  /**
   * The app of a client id, or `undefined`. From a list at once, from a function as a promise.
   * @throws HufuError `host_unavailable` if the host's function fails or answers nonsense
   */
  find(clientId: string): App | undefined | Promise<App | undefined>;
}

const ID_LENGTH = 128;
/** A host that has not answered by then is down for this request. */
const ASK_MS = 3000;

/**
 * The mini programs that a deployment serves: a list, or a function for those who serve other people's.
 *
 * Users who share a unionid are one person only if one owner controls all these apps. The apps of a **list** belong to
 * the operator who wrote it and are linked by default. A **function** serves tenants, and a tenant chooses its own
 * appid, secret and perhaps endpoint. If these were linked by default, a tenant whose platform names another user's
 * unionid would be signed in as that user. So a function must ask for linking: give the apps of one owner one
 * `unionScope`, and never give two owners the same.
 *
 * Either way an identity is (platform, appid, openid): before you answer for a tenant, know that the appid is that
 * tenant's, and never let a tenant choose the endpoint, or it may confirm another tenant's users.
 *
 * @param deadline makes the signal after which a function that has not answered counts as failed
 * @param inspect is shown each app as it is found
 * @throws TypeError if a list holds a malformed app or one id twice
 */
export function createApps(
  option: AppsOption,
  deadline: Deadline = systemDeadline,
  inspect: (app: App) => void = () => undefined,
): Apps {
  if (typeof option === "function") return fromFunction(option, deadline, inspect);
  return fromList(option, inspect);
}

function fromList(list: readonly AppOptions[], inspect: (app: App) => void): Apps {
  if (!Array.isArray(list)) throw new TypeError("apps: neither a list nor a function");
  const apps = new Map<string, App>();
  for (const options of list) {
    const app = toApp(options, { link: true });
    if (apps.has(app.id)) throw new TypeError(`apps: ${app.id} is there twice`);
    apps.set(app.id, app);
    inspect(app);
  }
  return Object.freeze({ find: (clientId: string) => apps.get(clientId) });
}

function fromFunction(ask: FindAppOptions, deadline: Deadline, inspect: (app: App) => void): Apps {
  return Object.freeze({
    async find(clientId: string): Promise<App | undefined> {
      // The client id comes from strangers: what cannot be one never reaches the host.
      if (!isVisibleAscii(clientId, ID_LENGTH)) return undefined;
      try {
        const options = await untilAborted(deadline(ASK_MS), Promise.resolve(ask(clientId)));
        if (options === undefined) return undefined;
        const app = toApp(options, { id: clientId, link: false });
        if (app.id !== clientId) throw new TypeError(`app ${app.id}: another id was asked for`);
        inspect(app);
        return app;
      } catch (cause) {
        throw new HufuError("host_unavailable", { retryAfter: 2, detail: "apps: the host's function failed", cause });
      }
    },
  });
}
