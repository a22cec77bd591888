import { pathToFileURL } from "node:url";

/** How often each file was loaded: Node keeps a module by its URL, and a second look must see the file as it is then. */
const loads = new Map<string, number>();

/** Runs the operator's JavaScript or TypeScript module and answers its default export. What it imports is kept. */
export async function loadModule(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  const earlier = loads.get(file) ?? 0;
  loads.set(file, earlier + 1);
  const loaded: unknown = await import(earlier === 0 ? href : `${href}?load=${earlier}`);
  return typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined;
}
