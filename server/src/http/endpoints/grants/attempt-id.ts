/** What saves an answer that got lost: chosen by the client, saved before the request leaves. */
export const ATTEMPT_ID: RegExp = /^[A-Za-z0-9_-]{16,64}$/;
