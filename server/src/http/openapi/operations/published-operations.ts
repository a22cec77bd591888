import { IF_NONE_MATCH, json, type Operations } from "../operation.ts";
import { revocationPage, revocationStream, revocationsQuery, roleTable } from "../schemas/feed.ts";
import { description, health, jwks, metadata, readiness } from "../schemas/published.ts";

const ANYONE = { kind: "anyone" } as const;
const READER = { kind: "backEnd", permission: "hufu.revocations:read" } as const;

/** Public documents, and the feed for verifiers. */
export const PUBLISHED_OPERATIONS: Operations = {
  "/.well-known/oauth-authorization-server": {
    GET: {
      summary: "Metadata (RFC 8414); also between the host and the path of the issuer",
      section: "1",
      access: ANYONE,
      headers: IF_NONE_MATCH,
      answers: { 200: json(metadata), 304: null },
      reasons: [],
    },
  },
  "/.well-known/jwks.json": {
    GET: {
      summary: "The public signing keys (RFC 7517)",
      section: "1",
      access: ANYONE,
      headers: IF_NONE_MATCH,
      answers: { 200: json(jwks), 304: null },
      reasons: [],
    },
  },
  "/openapi.json": {
    GET: {
      summary: "This document",
      section: "1",
      access: ANYONE,
      headers: IF_NONE_MATCH,
      answers: { 200: json(description), 304: null },
      reasons: [],
    },
  },
  "/healthz": {
    GET: {
      summary: "The process lives",
      section: "1",
      access: ANYONE,
      answers: { 200: json(health) },
      reasons: [],
    },
  },
  "/readyz": {
    GET: {
      summary: "Is this node fit to serve?",
      section: "1",
      access: ANYONE,
      answers: { 200: json(readiness), 503: json(readiness) },
      reasons: [],
    },
  },
  "/revocations": {
    GET: {
      summary: "What is no longer true, as a stream of events or by the page",
      section: "6",
      access: READER,
      query: revocationsQuery,
      headers: { "Last-Event-ID": { description: "The cursor up to which the reader of a stream has read." } },
      answers: { 200: { ...json(revocationPage), "text/event-stream": revocationStream } },
      reasons: ["parameter_invalid", "parameter_repeated", "body_too_large"],
    },
  },
  "/roles": {
    GET: {
      summary: "What every role allows",
      section: "6",
      access: READER,
      headers: IF_NONE_MATCH,
      answers: { 200: json(roleTable), 304: null },
      reasons: [],
    },
  },
};
