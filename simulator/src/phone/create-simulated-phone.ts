import { systemRandom } from "../random.ts";
import { createBackground } from "./background.ts";
import { createLives } from "./environment/lives.ts";
import { type Entrance, enterOptionsOf } from "./launch.ts";
import { createHttp } from "./network/http-exchange.ts";
import { networkOf } from "./network/network-profile.ts";
import { createPhoneNetwork } from "./network/phone-network.ts";
import { createPhoneClock } from "./phone-clock.ts";
import { createPhoneFiles } from "./phone-files.ts";
import { createPhoneStorage } from "./phone-storage.ts";
import { beginRun, type PhoneHardware } from "./run-of-phone.ts";
import { createSeededRandom } from "./seeded-random.ts";
import type { SimulatedPhone, SimulatedPhoneOptions } from "./simulated-phone.ts";
import { createCallQuota } from "./wx/call-quota.ts";
import { createIssueCode } from "./wx/code-source.ts";
import { createSignSoter } from "./wx/soter-source.ts";
import { createFetchUserKey } from "./wx/user-key-source.ts";
import { createWxFaults } from "./wx/wx-faults.ts";
import type { LoginMatters } from "./wx/wx-login.ts";
import type { ScreenEvent } from "./wx/wx-screen.ts";

/**
 * A phone with one mini program: a `wx` object over real HTTP that does what WeChat does on a device, with a network, a
 * storage and a clock that can be disturbed. All chance of the network comes from the seed.
 * @throws TypeError for options that make no sense
 *
 * @example
 * const phone = createSimulatedPhone({ appId: "wx-demo", wechat, user: "alice", network: "subway", seed: 7 });
 * const { createClient } = phone.environment({ root: "node_modules/@hufu/client/miniprogram_dist" }).require("index.js");
 */
export function createSimulatedPhone(options: SimulatedPhoneOptions): SimulatedPhone {
  const { appId, user = "somebody", seed = 1, logins: loginsPerDay = Number.POSITIVE_INFINITY } = options;
  if (typeof appId !== "string" || appId === "") throw new TypeError("appId: the mini program's");
  if (!Number.isSafeInteger(seed)) throw new TypeError("seed: a whole number");
  if (!(loginsPerDay >= 0)) throw new TypeError("logins: a number from 0 up");

  const clock = createPhoneClock({ skew: options.clockSkew ?? 0, speed: options.speed ?? 1, clock: options.clock });
  const http = createHttp();
  const seeded = createSeededRandom(seed);
  const background = createBackground(clock);
  const profile = networkOf(options.network ?? "perfect");
  const network = createPhoneNetwork({ http, clock, seeded, background, profile });
  const lives = createLives();
  const shown: ScreenEvent[] = [];
  const logins: LoginMatters = {
    quota: createCallQuota(clock, loginsPerDay),
    checkQuota: createCallQuota(clock, Number.POSITIVE_INFINITY),
    issueCode: createIssueCode(options.wechat, { appId, user }, http),
    hasSession: false,
    faults: [],
    begun: 0,
  };
  const faults = createWxFaults();
  const hardware: PhoneHardware = {
    identity: {
      appId,
      envVersion: options.envVersion ?? "release",
      platform: options.platform ?? "ios",
      model: options.model ?? "iPhone 15",
    },
    clock,
    seeded,
    random: options.random ?? systemRandom,
    network,
    background,
    files: createPhoneFiles(),
    storage: options.storage ?? createPhoneStorage(),
    addresses: { domains: options.domains, hosts: options.hosts ?? {} },
    logins,
    faults,
    shown,
    soter: {
      modes: options.biometrics ?? ["fingerPrint"],
      sign: createSignSoter(options.wechat, { appId, user }, http),
      counter: 0,
    },
    fetchUserKey: createFetchUserKey(options.wechat, { appId, user }, http),
    answer: options.answer ?? (() => ({ confirm: true, cancel: false, tapIndex: 0 })),
    extras: options.extras ?? {},
  };

  let run = beginRun(lives.current, enterOptionsOf(options), hardware);
  function startAgain(entrance: Entrance = {}): void {
    const launch = enterOptionsOf(entrance, enterOptionsOf(options));
    const life = lives.renew();
    network.drop();
    background.comeBack();
    run = beginRun(life, launch, hardware);
  }

  return Object.freeze<SimulatedPhone>({
    get wx() {
      return run.wx;
    },
    get storage() {
      return run.storage;
    },
    files: hardware.files,
    clock,
    seed,
    environment: (environment) => run.environment(environment),
    background() {
      run.hide();
      background.leave();
    },
    foreground(entrance = {}) {
      background.comeBack();
      run.show(enterOptionsOf(entrance, run.entered));
    },
    kill: () => startAgain(),
    restart: startAgain,
    setNetwork(next) {
      const before = network.profile.type;
      network.profile = networkOf(next);
      const networkType = network.profile.type;
      if (networkType !== before) run.networkChanged({ isConnected: networkType !== "none", networkType });
    },
    failLogins(failure, times = 1) {
      for (let time = 0; time < times; time += 1) logins.faults.push(failure);
    },
    fault: faults.order,
    heal: faults.heal,
    expireSession() {
      logins.hasSession = false;
    },
    counters: () => ({
      ...network.counters(),
      logins: logins.quota.asked,
      loginsRefused: logins.quota.refused,
      loginsToday: logins.quota.today,
    }),
    calls: network.log,
    shown: () => [...shown],
    unsettled: lives.unsettled,
    rethrow() {
      const faults = lives.takeFaults();
      if (faults.length > 1) throw new AggregateError(faults, "the mini program has thrown more than once");
      if (faults.length === 1) throw faults[0];
    },
    close() {
      lives.renew();
      network.drop();
      clock.stop();
      http.close();
    },
  });
}
