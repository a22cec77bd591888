import type { Logger } from "../core/log/log.ts";
import { createApps } from "../platform/apps.ts";
import { administerPeople, type PeopleAdministration } from "../session/administration/administration.ts";
import type { ImportContext } from "../session/administration/import-users.ts";
import { openPolicy } from "../session/policy.ts";
import { createBackground } from "../session/upkeep/background.ts";
import type { Store } from "../store/store.ts";
import { createSealedBox } from "../token/sealing/sealed-box.ts";
import { createSecrets } from "../token/sealing/secrets.ts";
import { composePlatforms } from "./compose-platforms.ts";
import { nodeEnvironment } from "./node/node-environment.ts";
import { type Importing, openImport } from "./open-import.ts";
import type { HufuOptions } from "./options/options.ts";
import { resolveOptions } from "./options/resolve-options.ts";

/** Administration of a deployment by a process that serves nothing. */
export interface OpenAdministration {
  readonly people: PeopleAdministration;
  readonly importing: Importing;
  /** Waits for what goes on after the answers, such as asking the platform to forget a session_key. */
  settle(): Promise<void>;
}

/**
 * Administers what is in the store: the roles that are stored, not those of the configuration.
 * @param announce called when the outbox has news for the running servers
 */
export async function openAdministration(
  options: HufuOptions,
  { store, log, announce }: { readonly store: Store; readonly log: Logger; announce(): void },
): Promise<OpenAdministration> {
  const { settings, secrets: secretTexts, limits, roles } = resolveOptions(options);
  const environment = nodeEnvironment({ log });
  const { clock, random, pause, meter } = environment;
  const secrets = createSecrets(secretTexts);
  const box = createSealedBox(secrets, random);
  const background = createBackground(log, pause);
  const platforms = composePlatforms(environment, { cache: store.hot, box, callsMost: limits.platformCalls });
  const context: ImportContext = {
    settings,
    store,
    clock,
    log,
    meter,
    secrets,
    box,
    policy: await openPolicy(store.policy),
    findApp: createApps(options.apps).find,
    findPlatform: platforms.find,
    inBackground: background.run,
    announce: (entries) => {
      if (entries.length > 0) announce();
    },
    tellNodes: announce,
    // No verifier lives in this process.
    readOutbox: async () => undefined,
    random,
  };
  const people = administerPeople(context);
  return Object.freeze({ people, importing: openImport(context, roles), settle: background.stop });
}
