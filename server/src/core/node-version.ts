const OLDEST: readonly [major: number, minor: number] = [22, 13];

/**
 * Is this Node new enough? Package managers only warn of `engines`.
 * @throws TypeError that names both versions
 */
export function checkNodeVersion(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new TypeError(`hufu needs Node.js ${OLDEST.join(".")} or newer; this is ${version}`);
}
