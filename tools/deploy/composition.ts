interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
}

/** What is read of a compose file. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, object>>;
  readonly volumes: Readonly<Record<string, object>>;
}

/** What a compose file and the files beside it name and do not have. */
export function findMissing(
  compose: Compose,
  facts: { readonly config: string; readonly nginx: string; readonly dockerfile: string; readonly example: string },
  exists: (path: string) => boolean,
): string[] {
  const missing: string[] = [];
  const need = (there: boolean, what: string): void => {
    if (!there) missing.push(what);
  };
  const built = Object.entries(compose.services).filter(([, { build }]) => build !== undefined);
  const [, node] = built[0] ?? [];
  for (const [, name = ""] of facts.config.matchAll(/"env:(\w+)"/g)) {
    need(name in (node?.environment ?? {}), `compose.yaml: hufu.json needs the variable ${name}`);
  }
  for (const [, name = ""] of facts.config.matchAll(/"file:\/run\/secrets\/(\w+)"/g)) {
    need(node?.secrets?.includes(name) === true, `compose.yaml: hufu.json needs the secret ${name}`);
  }
  for (const [name, service] of Object.entries(compose.services)) {
    for (const secret of service.secrets ?? []) need(secret in compose.secrets, `${name}: no secret ${secret}`);
    for (const volume of service.volumes ?? []) {
      const [source = ""] = volume.split(":");
      need(source.startsWith("./") ? exists(source) : source in compose.volumes, `${name}: no ${source} to mount`);
    }
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const checked =
        compose.services[other]?.healthcheck !== undefined || compose.services[other]?.build !== undefined;
      need(condition !== "service_healthy" || checked, `${name}: ${other} has no health check`);
    }
    for (const text of Object.values(service.environment ?? {})) {
      for (const [, variable = ""] of text.matchAll(/\$\{(\w+)/g)) {
        need(new RegExp(`^${variable}=`, "m").test(facts.example), `.env.example: ${name} needs ${variable}`);
      }
    }
  }
  for (const [, host = ""] of facts.nginx.matchAll(/^\s*server (\S+):8080/gm)) {
    need(host in compose.services, `nginx.conf: no service ${host}`);
  }
  need(/^HEALTHCHECK /m.test(facts.dockerfile), "Dockerfile: no HEALTHCHECK, and the proxy waits for one");
  return missing;
}
