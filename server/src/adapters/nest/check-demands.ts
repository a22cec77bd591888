// Nest reads what decorators have noted on a handler when it calls guards, and in a hybrid application it calls none for
// messages. A demand that nothing reads leaves open what its author believes guarded, so the application does not start.
import { CONTROLLER_WATERMARK, PATH_METADATA } from "@nestjs/common/constants.js";
import type { ModulesContainer } from "@nestjs/core";
import { DEMAND, type Demand } from "./decorators.ts";

/** Where `@nestjs/microservices` notes a handler's pattern. */
const PATTERN_METADATA = "microservices:pattern";

/**
 * Does a guard of HufuModule stand wherever `@Guard` and `@Public` are written?
 * @throws TypeError that names the class and the method where none would
 */
export function checkDemands(modules: Pick<ModulesContainer, "values">): true {
  for (const { controllers, providers } of modules.values()) {
    for (const { metatype } of [...controllers.values(), ...providers.values()]) {
      if (typeof metatype === "function") checkClass(metatype);
    }
  }
  return true;
}

function checkClass(type: { readonly name: string; readonly prototype?: unknown }): void {
  const isController = Reflect.hasMetadata(CONTROLLER_WATERMARK, type);
  const ofClass = demandAt(type);
  if (ofClass !== undefined && !isController) throw noRoute(type.name);
  for (const [key, { demand, method }] of methodsOf(type.prototype)) {
    const name = `${type.name}.${String(key)}`;
    if (demand !== undefined && demandAt(method) !== demand) {
      throw new TypeError(
        `${name}: a decorator above @Guard or @Public has replaced the method, so that it is lost. Write ours above it`,
      );
    }
    const isMessage = Reflect.hasMetadata(PATTERN_METADATA, method);
    const isGuarded = demand !== undefined || (isMessage && ofClass?.guests === false);
    if (isGuarded && !(isController && Reflect.hasMetadata(PATH_METADATA, method))) throw noRoute(name);
  }
}

interface Method {
  readonly method: object;
  /** What the method's own decorator has said, even if another has replaced it. */
  readonly demand: Demand | undefined;
}

/** The methods of instances, inherited ones too. */
function methodsOf(prototype: unknown): ReadonlyMap<string | symbol, Method> {
  const found = new Map<string | symbol, Method>();
  for (let place = prototype; typeof place === "object" && place !== null; place = Object.getPrototypeOf(place)) {
    for (const key of Reflect.ownKeys(place)) {
      const method: unknown = Object.getOwnPropertyDescriptor(place, key)?.value;
      if (typeof method !== "function" || found.has(key)) continue;
      found.set(key, { method, demand: Reflect.getOwnMetadata(DEMAND, place, key) as Demand | undefined });
    }
  }
  return found;
}

function demandAt(place: object): Demand | undefined {
  return Reflect.getMetadata(DEMAND, place) as Demand | undefined;
}

function noRoute(name: string): TypeError {
  return new TypeError(`${name}: @Guard and @Public hold for HTTP routes of controllers only, and this is none`);
}
