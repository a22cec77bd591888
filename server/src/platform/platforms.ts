import { HufuError } from "../core/errors/errors.ts";
import type { Platform } from "./platform.ts";

/** The platforms of a deployment, by name. */
export interface Platforms {
  readonly names: readonly string[];
  /** @throws HufuError `platform_misconfigured` if no platform has that name */
  find(name: string): Platform;
}

/** @throws TypeError if two have one name */
export function createPlatforms(platforms: readonly Platform[]): Platforms {
  const byName = new Map(platforms.map((platform) => [platform.name, platform]));
  if (byName.size !== platforms.length) throw new TypeError("platforms: two of them have one name");
  return Object.freeze({
    names: Object.freeze([...byName.keys()]),
    find(name: string): Platform {
      const platform = byName.get(name);
      if (platform === undefined) throw new HufuError("platform_misconfigured", { detail: "no such platform" });
      return platform;
    },
  });
}
