import { pathToFileURL } from "node:url";

/** Runs somebody else's JavaScript or TypeScript module and answers its default export. */
export async function loadModule(file: string): Promise<unknown> {
  const loaded: unknown = await import(pathToFileURL(file).href);
  return typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
}
