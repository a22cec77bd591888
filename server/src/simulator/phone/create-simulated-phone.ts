import { systemRandom } from "../../core/random.ts";
import { createLives, type Failure, type Life } from "./callbacks.ts";
import { createDice } from "./dice.ts";
import { createMiniWorld } from "./mini-world.ts";
import { networkOf } from "./network-profile.ts";
import { createPhoneClock } from "./phone-clock.ts";
import { createPhoneFiles } from "./phone-files.ts";
import { createPhoneNetwork } from "./phone-network.ts";
import { createPhoneStorage } from "./phone-storage.ts";
import type { PhoneWx, SimulatedPhone, SimulatedPhoneOptions } from "./simulated-phone.ts";
import { type AppEvents, createAppEvents } from "./wx-app-events.ts";
import { createWxDevice, type PhoneIdentity } from "./wx-device.ts";
import { createLoginQuota, createWxLogin } from "./wx-login.ts";
import { createWxNetwork } from "./wx-request.ts";
import { createWxScreen, type ScreenEvent } from "./wx-screen.ts";
import { createWxStorage } from "./wx-storage.ts";

/** Moments' single-page mode: a preview without a login. */
const SINGLE_PAGE = 1154;
const USUAL_SCENE = 1001;

/**
 * A phone with one mini program: a `wx` object over real HTTP that does what WeChat does on a device, with a network, a
 * storage and a clock that can be disturbed. All chance comes from the seed.
 * @throws TypeError for options that make no sense
 *
 * @example
 * const phone = createSimulatedPhone({ appId: "wx-demo", wechat, user: "alice", network: "subway", seed: 7 });
 * const { createClient } = phone.world({ root: "node_modules/@hufu/client/miniprogram_dist" }).require("index.js");
 */
export function createSimulatedPhone(options: SimulatedPhoneOptions): SimulatedPhone {
  const { appId, user = "somebody", seed = 1, wechat, storage = createPhoneStorage() } = options;
  const identity: PhoneIdentity = {
    appId,
    envVersion: options.envVersion ?? "release",
    platform: options.platform ?? "ios",
    model: options.model ?? "iPhone 15",
    scene: options.scene ?? USUAL_SCENE,
  };
  const dice = createDice(seed);
  const clock = createPhoneClock({
    skew: options.clockSkew ?? 0,
    speed: options.speed ?? 1,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const network = createPhoneNetwork({ clock, dice, profile: networkOf(options.network ?? "perfect") });
  const files = createPhoneFiles();
  const quota = createLoginQuota(clock, options.logins ?? Number.POSITIVE_INFINITY);
  const lives = createLives();
  const shown: ScreenEvent[] = [];
  const loginFaults: (Failure | "hangs")[] = [];
  const answer = options.answer ?? (() => ({ confirm: true, cancel: false, tapIndex: 0 }));

  const issueCode = typeof wechat === "function" ? wechat : () => wechat.issueCode({ appId, user });

  function begin(life: Life): { readonly wx: PhoneWx; readonly events: AppEvents } {
    const events = createAppEvents(life);
    const version = identity.envVersion === "release" ? "1" : "0";
    // Not frozen, as on a phone: frameworks keep things of theirs on it.
    const wx: PhoneWx = {
      ...createWxLogin({
        life,
        clock,
        quota,
        issueCode,
        delay: () => network.profile.delay[0] + dice.roll() * (network.profile.delay[1] - network.profile.delay[0]),
        unavailable: () => (identity.scene === SINGLE_PAGE ? "not supported in single page mode" : undefined),
        takeFault: () => loginFaults.shift(),
      }),
      ...createWxNetwork({
        life,
        network,
        files,
        rules: { domains: options.domains, hosts: options.hosts ?? {} },
        referer: `https://servicewechat.com/${appId}/${version}/page-frame.html`,
      }),
      ...createWxStorage(life, storage),
      ...createWxDevice({
        life,
        identity,
        files,
        random: systemRandom,
        hasNetwork: () => network.profile.lostRequest < 1,
        knows: (name) => name in wx,
      }),
      ...events.wx,
      ...createWxScreen(life, shown, answer),
    };
    return { wx, events };
  }

  let run = begin(lives.current);
  function kill(): void {
    const next = lives.renew();
    network.drop();
    network.foreground();
    run = begin(next);
  }

  return Object.freeze<SimulatedPhone>({
    get wx() {
      return run.wx;
    },
    storage,
    files,
    clock,
    seed,
    world: (world) => createMiniWorld({ life: lives.current, clock, wx: run.wx }, world),
    background() {
      run.events.hide();
      network.background();
    },
    foreground() {
      network.foreground();
      run.events.show(identity.scene);
    },
    kill,
    restart: kill,
    setNetwork(next) {
      network.profile = networkOf(next);
    },
    failLogins(failure, times = 1) {
      for (let time = 0; time < times; time += 1) loginFaults.push(failure);
    },
    counters: () => ({ ...network.counters(), logins: quota.asked, loginsRefused: quota.refused }),
    calls: network.log,
    shown: () => [...shown],
    unsettled: lives.unsettled,
    rethrow() {
      if (lives.faults.length > 0) throw lives.faults[0];
    },
    close() {
      lives.renew();
      network.drop();
      network.close();
    },
  });
}
