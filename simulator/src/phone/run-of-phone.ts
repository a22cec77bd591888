import type { Random } from "../random.ts";
import type { Background } from "./background.ts";
import {
  createMiniEnvironment,
  type MiniEnvironment,
  type MiniEnvironmentOptions,
  type MiniEnvironmentParts,
} from "./environment/environment.ts";
import type { Life } from "./environment/lives.ts";
import { type EnterOptions, isSinglePage } from "./launch.ts";
import { refererOf } from "./network/outgoing-headers.ts";
import type { PhoneNetwork } from "./network/phone-network.ts";
import type { PhoneClock } from "./phone-clock.ts";
import type { PhoneFiles } from "./phone-files.ts";
import type { PhoneStorage } from "./phone-storage.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { PhoneWx } from "./simulated-phone.ts";
import type { FetchUserKey } from "./wx/user-key-source.ts";
import { type AddressRules, createFindAddress } from "./wx/wx-addresses.ts";
import { type AppEvents, createAppEvents } from "./wx/wx-app-events.ts";
import { createWxDevice, type PhoneIdentity } from "./wx/wx-device.ts";
import { createWxDownloadFile } from "./wx/wx-download.ts";
import { applyFaults, type WxFaults } from "./wx/wx-faults.ts";
import { createWxFiles } from "./wx/wx-files.ts";
import { createWxLogin, type LoginMatters } from "./wx/wx-login.ts";
import { createWxRequest } from "./wx/wx-request.ts";
import { createWxScreen, type PersonAnswers, type ScreenEvent } from "./wx/wx-screen.ts";
import { createWxSocket } from "./wx/wx-socket.ts";
import { createWxSoter, type SoterMatters } from "./wx/wx-soter.ts";
import { createWxStorage } from "./wx/wx-storage.ts";
import { createWxUploadFile } from "./wx/wx-upload.ts";
import { createWxUserKeys } from "./wx/wx-user-keys.ts";

/** What a phone has for as long as it exists, whatever runs on it. */
export interface PhoneHardware {
  readonly identity: PhoneIdentity;
  readonly clock: PhoneClock;
  readonly seeded: SeededRandom;
  readonly random: Random;
  readonly network: PhoneNetwork;
  readonly background: Background;
  readonly files: PhoneFiles;
  readonly storage: PhoneStorage;
  readonly addresses: AddressRules;
  readonly logins: LoginMatters;
  readonly faults: WxFaults;
  readonly soter: SoterMatters;
  readonly fetchUserKey: FetchUserKey | undefined;
  readonly shown: ScreenEvent[];
  readonly answer: PersonAnswers;
  readonly extras: Readonly<Record<string, unknown>>;
}

/** One run of the mini program: its `wx`, and the environments that its code lives in. */
export interface PhoneRun extends Pick<AppEvents, "entered" | "networkChanged"> {
  readonly wx: PhoneWx;
  readonly storage: PhoneStorage;
  environment(options: MiniEnvironmentOptions): MiniEnvironment;
  show(enter: EnterOptions): void;
  hide(): void;
}

export function beginRun(life: Life, launch: EnterOptions, hardware: PhoneHardware): PhoneRun {
  const { clock } = hardware;
  const storage = isSinglePage(launch) ? hardware.storage.ofSinglePage : hardware.storage;
  const events = createAppEvents(life, launch);
  const wx = createWx(life, { ...hardware, storage }, events, isSinglePage(launch));
  const environments: MiniEnvironmentParts[] = [];
  return {
    wx,
    storage,
    get entered() {
      return events.entered;
    },
    networkChanged: events.networkChanged,
    environment(options) {
      const made = createMiniEnvironment({ life, clock, wx, launch }, options);
      environments.push(made);
      return made.environment;
    },
    // Which is called first is not known; listeners of `wx` come last here.
    show(enter) {
      for (const { show } of environments) show(enter);
      events.show(enter);
    },
    hide() {
      for (const { hide } of environments) hide();
      events.hide();
    },
  };
}

function createWx(life: Life, hardware: PhoneHardware, events: AppEvents, isSinglePage: boolean): PhoneWx {
  const { identity, clock, seeded, random, network, background, files, storage, logins, shown, answer } = hardware;
  const { appId, envVersion, platform } = identity;
  const referer = refererOf(appId, envVersion, platform);
  const profile = () => network.profile;
  const calls = { life, network, files, findAddress: createFindAddress("http", hardware.addresses), referer };
  const findAddress = createFindAddress("ws", hardware.addresses);
  // Not frozen, as on a phone: frameworks keep things of theirs on it.
  const wx: PhoneWx = {
    ...createWxLogin({ life, clock, seeded, profile, matters: logins, isSinglePage }),
    request: createWxRequest(calls),
    uploadFile: createWxUploadFile(calls),
    downloadFile: createWxDownloadFile(calls),
    ...createWxSocket({ life, clock, seeded, background, profile, findAddress, referer }),
    ...createWxStorage(life, clock, storage),
    ...createWxFiles(life, files),
    ...createWxDevice({
      life,
      identity,
      random,
      networkType: () => network.profile.type,
      knows: (name) => Object.entries(wx).some(([known, member]) => known === name && member !== undefined),
    }),
    ...events.wx,
    ...createWxScreen({ life, shown, answer, isSinglePage }),
    ...createWxSoter(life, clock, hardware.soter),
    ...createWxUserKeys({ life, clock, profile, fetchKey: hardware.fetchUserKey }),
    ...hardware.extras,
  };
  applyFaults(wx, hardware.faults, life, clock);
  return wx;
}
