import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userOf } from "../../server/src/store/sql/database-server.fixture.ts";

/** An authority of the test's own, and a server certificate that it has signed. */
export interface TlsCertificate {
  /** Path of the authority's certificate, which a client trusts. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  remove(): void;
}

/**
 * @param name what the certificate is for, as in a `subjectAltName`: `DNS:db.example`, `IP:127.0.0.1`
 * @param owner the system's user that the server runs as: servers refuse a key that others can read
 */
export function makeTlsCertificate(name: string, owner: string): TlsCertificate {
  const folder = mkdtempSync(join(tmpdir(), "hufu-tls-"));
  const at = (file: string): string => join(folder, file);
  const openssl = (...how: readonly string[]): void => {
    execFileSync("openssl", how, { cwd: folder, stdio: "pipe" });
  };
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    "/CN=Test authority",
    "-days",
    "2",
  );
  openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=Test server");
  writeFileSync(at("name.txt"), `subjectAltName = ${name}\n`);
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "name.txt", "-days", "2"];
  openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", ...signed);
  chmodSync(folder, 0o755);
  chmodSync(at("server.key"), 0o600);
  const { uid, gid } = userOf(owner);
  if (uid !== undefined && gid !== undefined) chownSync(at("server.key"), uid, gid);
  return {
    authority: at("ca.pem"),
    certificate: at("server.pem"),
    key: at("server.key"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
