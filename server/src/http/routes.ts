import type { Endpoint } from "./endpoint.ts";

/** An endpoint that was found, and what the path says in the places of its `{names}`. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly parameters: Readonly<Record<string, string>>;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Finds endpoints by their path, character by character: no other case, no doubled or trailing slash, no `;` and no
 * second spelling by percent signs leads to one. Only what stands in the place of a `{name}` is percent-decoded.
 */
export function createRoutes(endpoints: readonly Endpoint[]): (path: string) => Route | undefined {
  const exact = new Map<string, Route>();
  const patterns: { readonly endpoint: Endpoint; readonly parts: readonly string[] }[] = [];
  for (const endpoint of endpoints) {
    if (endpoint.path.includes("{")) patterns.push({ endpoint, parts: endpoint.path.split("/") });
    else exact.set(endpoint.path, { endpoint, parameters: NONE });
  }

  function findPattern(path: string): Route | undefined {
    const given = path.split("/");
    for (const { endpoint, parts } of patterns) {
      const parameters = parts.length === given.length ? match(parts, given) : undefined;
      if (parameters !== undefined) return { endpoint, parameters };
    }
    return undefined;
  }

  return (path) => exact.get(path) ?? findPattern(path);
}

function match(parts: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [at, part] of parts.entries()) {
    const text = given[at] ?? "";
    if (!part.startsWith("{")) {
      if (part !== text) return undefined;
      continue;
    }
    const value = decoded(text);
    if (value === undefined || value === "") return undefined;
    parameters[part.slice(1, -1)] = value;
  }
  return parameters;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
