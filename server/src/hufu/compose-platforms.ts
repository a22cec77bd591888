import { createPlatforms, type Platforms } from "../platform/platforms.ts";
import { createWeChat } from "../platform/wechat/wechat.ts";
import type { HotStore } from "../store/hot.ts";
import type { SealedBox } from "../token/sealing/sealed-box.ts";
import type { NodeEnvironment } from "./node/node-environment.ts";

/** Every platform that Hufu knows. */
export function composePlatforms(
  { fetch, clock, log, meter, tracer }: NodeEnvironment,
  shared: { readonly cache: HotStore; readonly box: SealedBox; readonly callsMost: number },
): Platforms {
  return createPlatforms([createWeChat({ fetch, clock, log, meter, tracer, ...shared })]);
}
