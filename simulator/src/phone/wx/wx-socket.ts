import { setImmediate } from "node:timers";
import type { Background } from "../background.ts";
import type { Life } from "../environment/lives.ts";
import { drawFate } from "../network/call-fate.ts";
import { networkFailures } from "../network/network-call.ts";
import type { NetworkProfile } from "../network/network-profile.ts";
import { outgoingHeaders } from "../network/outgoing-headers.ts";
import type { PhoneClock } from "../phone-clock.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { arrayBufferOf, isArrayBuffer } from "./bytes.ts";
import { createListeners } from "./call-listeners.ts";
import { type Callbacks, callBack, type Failure, type Okay } from "./callbacks.ts";
import type { FindAddress } from "./wx-addresses.ts";

export interface ConnectSocketOptions extends Callbacks<Okay> {
  readonly url: string;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly protocols?: readonly string[];
  readonly timeout?: number;
}

export interface SocketClosed {
  readonly code: number;
  readonly reason: string;
}

/** What `wx.connectSocket` answers. What happens to it is told by events; callbacks say only that a call was taken. */
export interface SocketTask {
  send(options: Callbacks<Okay> & { readonly data: string | ArrayBuffer }): void;
  close(options?: Callbacks<Okay> & Partial<SocketClosed>): void;
  onOpen(listener: (event: { readonly header: Readonly<Record<string, string>> }) => void): void;
  onMessage(listener: (event: { readonly data: string | ArrayBuffer }) => void): void;
  onClose(listener: (event: SocketClosed) => void): void;
  onError(listener: (event: Okay) => void): void;
}

export interface WxSocket {
  connectSocket(options: ConnectSocketOptions): SocketTask;
}

export interface SocketParts {
  readonly life: Life;
  readonly clock: PhoneClock;
  readonly seeded: SeededRandom;
  readonly background: Background;
  readonly profile: () => NetworkProfile;
  readonly findAddress: FindAddress;
  readonly referer: string;
}

const MOST = 5;
const TIMEOUT_MS = 60_000;
const NORMAL = 1000;
const ABNORMAL = 1006;

/**
 * WebSockets, five at once. The network's chances concern their opening alone: what is open is as reliable as TCP is. Five
 * seconds in the background close them with code 1000 and the reason `interrupted`.
 */
export function createWxSocket(parts: SocketParts): WxSocket {
  const { life, clock, seeded, background, profile, findAddress, referer } = parts;
  const open = new Set<{ close(event: SocketClosed): void }>();
  let begun = 0;
  const stopListening = background.whenGone(() => {
    for (const { close } of [...open]) close({ code: NORMAL, reason: "interrupted" });
  });
  life.atEnd(() => {
    stopListening();
    for (const { close } of [...open]) close({ code: ABNORMAL, reason: "" });
  });

  function connectSocket(options: ConnectSocketOptions): SocketTask {
    const opened = createListeners<{ readonly header: Readonly<Record<string, string>> }>(life);
    const messages = createListeners<{ readonly data: string | ArrayBuffer }>(life);
    const closed = createListeners<SocketClosed>(life);
    const errors = createListeners<Okay>(life);
    const socket = { current: undefined as WebSocket | undefined };
    const timers: (() => void)[] = [];
    let isOver = false;

    function end(tell: () => void): void {
      if (isOver) return;
      isOver = true;
      open.delete(mine);
      for (const stop of timers) stop();
      socket.current?.close();
      tell();
    }
    const mine = { close: (event: SocketClosed) => end(() => closed.tell(event)) };
    const fail = (failure: Failure): void => {
      end(() => {
        errors.tell(failure);
        closed.tell({ code: ABNORMAL, reason: "abnormal closure" });
      });
    };

    function connect(url: URL): void {
      const protocols = [...(options.protocols ?? [])];
      const headers = { ...outgoingHeaders(options.header, { referer }) };
      const current = new WebSocket(url, { protocols, headers });
      socket.current = current;
      current.binaryType = "arraybuffer";
      current.addEventListener("open", () => {
        if (!isOver) opened.tell({ header: {} });
      });
      current.addEventListener("message", ({ data }: { readonly data: unknown }) => {
        if (isOver) return;
        messages.tell({ data: isArrayBuffer(data) ? arrayBufferOf(new Uint8Array(data)) : String(data) });
      });
      current.addEventListener("error", () => fail(networkFailures.unknown("connectSocket")));
      current.addEventListener("close", ({ code, reason }) => mine.close({ code, reason }));
    }

    callBack<Okay>(life, "connectSocket", options, (succeed, refuse) => {
      const url = findAddress("connectSocket", options.url);
      const refusal = !(url instanceof URL)
        ? url
        : background.networkIsGone
          ? networkFailures.interrupted("connectSocket")
          : open.size >= MOST
            ? { errMsg: "connectSocket:fail exceed max connection count" }
            : undefined;
      if (refusal !== undefined || !(url instanceof URL)) {
        isOver = true;
        setImmediate(() => refuse(refusal ?? { errMsg: "connectSocket:fail" }));
        return;
      }
      open.add(mine);
      begun += 1;
      const fate = drawFate(profile(), seeded.forThe("socket", begun));
      setImmediate(() => succeed({ errMsg: "connectSocket:ok" }));
      const lost = (): void => fail(networkFailures.unknown("connectSocket"));
      const isOpening = (): boolean => socket.current?.readyState !== WebSocket.OPEN;
      timers.push(
        clock.after(options.timeout ?? TIMEOUT_MS, () => {
          if (isOpening()) fail(networkFailures.timeout("connectSocket"));
        }),
        clock.after(fate.delayThere, () => {
          if (fate.answer === "whole") connect(url);
          else timers.push(clock.after(profile().noticedAfter, lost));
        }),
      );
    });

    return {
      send({ data, ...callbacks }) {
        callBack<Okay>(life, "sendSocketMessage", callbacks, (succeed, refuse) => {
          const current = socket.current;
          if (isOver || current?.readyState !== WebSocket.OPEN) {
            setImmediate(() => refuse({ errMsg: "sendSocketMessage:fail the socket is not open" }));
            return;
          }
          current.send(typeof data === "string" ? data : new Uint8Array(data).slice());
          setImmediate(() => succeed({ errMsg: "sendSocketMessage:ok" }));
        });
      },
      close({ code = NORMAL, reason = "", ...callbacks } = {}) {
        callBack<Okay>(life, "closeSocket", callbacks, (succeed) => {
          socket.current?.close(code, reason);
          setImmediate(() => {
            mine.close({ code, reason });
            succeed({ errMsg: "closeSocket:ok" });
          });
        });
      },
      onOpen: opened.on,
      onMessage: messages.on,
      onClose: closed.on,
      onError: errors.on,
    };
  }

  return { connectSocket };
}
