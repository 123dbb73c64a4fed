import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import WebSocketClient, { WebSocketServer, type WebSocket as Peer } from "ws";
import { backoff } from "./backoff";
import type { Notice } from "./frames";
import { memoryKeeper, type Keeper } from "./keeper";
import { Stream, type StreamOptions } from "./stream";

type Said = { type: string; body: Record<string, unknown> };

/** A real server, one connection at a time, that does what the test tells it. */
class Server {
  readonly #server = new WebSocketServer({
    port: 0,
    handleProtocols: (offered) => offered.has("doorstep.v1") && "doorstep.v1",
  });
  readonly #said: Said[] = [];
  readonly #wanted: (() => void)[] = [];
  #peer: Peer | null = null;
  connections = 0;
  /** What hello is answered with. */
  topics: Record<string, number> = {};

  constructor() {
    this.#server.on("connection", (peer) => {
      this.connections++;
      this.#peer = peer;
      peer.on("message", (data: Buffer) => {
        const said = JSON.parse(data.toString()) as Said;
        if (said.type === "hello") this.send({ type: "welcome", body: { topics: this.topics } });
        this.#said.push(said);
        for (const wake of this.#wanted.splice(0)) wake();
      });
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  send(frame: object): void {
    this.#peer?.send(JSON.stringify({ at: "2026-01-01T00:00:00Z", ...frame }));
  }

  notice(seq: number, topic = "unit:A12", type = "briefing"): void {
    this.send({ type, topic, seq, body: { revision: seq } });
  }

  close(code: number): void {
    this.#peer?.close(code);
  }

  /** Waits for the next frame of a type that the client sends. */
  async heard(type: string): Promise<Said["body"]> {
    for (;;) {
      const at = this.#said.findIndex((said) => said.type === type);
      const [found] = at < 0 ? [] : this.#said.splice(at, 1);
      if (found !== undefined) return found.body;
      await new Promise<void>((wake) => this.#wanted.push(wake));
    }
  }

  /** Frames of a type that nobody waited for. */
  left(type: string): Said[] {
    return this.#said.filter((said) => said.type === type);
  }

  async stop(): Promise<void> {
    for (const peer of this.#server.clients) peer.terminate();
    this.#server.close();
    await once(this.#server, "close");
  }
}

let server: Server;
let stream: Stream;
let keeper: Keeper;
const network = new EventTarget();

function start(options: Partial<StreamOptions> = {}): number[] {
  stream = new Stream({
    url: server.url,
    network,
    keeper,
    stillSignedIn: () => Promise.resolve(true),
    open: (url, protocol) => new WebSocketClient(url, protocol) as unknown as WebSocket,
    wait: () => 5,
    ...options,
  });
  const heard: number[] = [];
  stream.on("briefing", ({ seq }) => void heard.push(seq));
  stream.start();
  return heard;
}

const until = (state: string) =>
  new Promise<void>((resolve) => {
    const check = () => {
      if (stream.link.state === state) resolve();
    };
    stream.watchLink(check);
    check();
  });

beforeEach(() => {
  server = new Server();
  keeper = memoryKeeper();
});
afterEach(async () => {
  stream.stop();
  await server.stop();
});

describe("the stream", () => {
  test("says hello, becomes live, and acknowledges what it was handed", async () => {
    const heard = start();
    expect(stream.link).toEqual({ state: "resuming", lastHeard: null });
    expect(await server.heard("hello")).toEqual({ resume: {}, topics: [] });
    await until("live");
    server.notice(1);
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 1 });
    expect(heard).toEqual([1]);
  });

  test("resumes after the last notice that it stored", async () => {
    const heard = start();
    await server.heard("hello");
    server.notice(1);
    server.notice(2);
    await server.heard("ack");
    await server.heard("ack");
    server.topics = { "unit:A12": 2 };
    server.close(4401);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 2 }, topics: [] });
    await until("live");
    server.notice(3);
    await server.heard("ack");
    expect(heard).toEqual([1, 2, 3]);
  });

  test("drops a repeat", async () => {
    const heard = start();
    await server.heard("hello");
    for (const seq of [1, 1, 2, 1, 2, 3]) server.notice(seq);
    for (const seq of [1, 2, 3]) expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq });
    expect(heard).toEqual([1, 2, 3]);
  });

  test("comes back on a gap and asks for what is missing", async () => {
    const heard = start();
    await server.heard("hello");
    server.notice(1);
    await server.heard("ack");
    server.notice(3);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 1 }, topics: [] });
    server.notice(2);
    server.notice(3);
    await server.heard("ack");
    await server.heard("ack");
    expect(heard).toEqual([1, 2, 3]);
    expect(server.connections).toBe(2);
  });

  test("sees a gap before the first notice of a topic", async () => {
    server.topics = { "unit:A12": 4 };
    const heard = start();
    await server.heard("hello");
    server.notice(6);
    await server.heard("hello");
    server.notice(5);
    await server.heard("ack");
    expect(heard).toEqual([5]);
  });

  test("keeps topics apart", async () => {
    start();
    await server.heard("hello");
    server.notice(1, "unit:A12");
    server.notice(8, "user:7");
    server.notice(2, "unit:A12");
    const acks = [await server.heard("ack"), await server.heard("ack"), await server.heard("ack")];
    expect(acks).toEqual([
      { topic: "unit:A12", seq: 1 },
      { topic: "user:7", seq: 8 },
      { topic: "unit:A12", seq: 2 },
    ]);
    expect(await keeper.places()).toEqual(
      new Map([
        ["unit:A12", 2],
        ["user:7", 8],
      ]),
    );
  });

  test("acknowledges only after the handler has stored it", async () => {
    start();
    let stored: () => void = () => undefined;
    const storing = new Promise<void>((resolve) => {
      stream.on(
        "briefing",
        () =>
          new Promise<void>((done) => {
            stored = done;
            resolve();
          }),
      );
    });
    await server.heard("hello");
    server.notice(1);
    await storing;
    server.send({ type: "beat" });
    expect(server.left("ack")).toEqual([]);
    expect(await keeper.places()).toEqual(new Map());
    stored();
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 1 });
  });

  test("hears a notice again that could not be stored", async () => {
    start();
    let full = true;
    stream.on("briefing", () => (full ? Promise.reject(new Error("disk full")) : Promise.resolve()));
    await server.heard("hello");
    server.notice(1);
    expect(await server.heard("hello")).toEqual({ resume: {}, topics: [] });
    expect(server.left("ack")).toEqual([]);
    full = false;
    server.notice(1);
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 1 });
  });

  test.each([
    [4501, "signedOut"],
    [4502, "refused"],
    [4503, "refused"],
  ])("stays away after %i", async (code, state) => {
    start();
    await server.heard("hello");
    await until("live");
    server.close(code);
    await until(state);
    await new Promise((later) => setTimeout(later, 60)); // twelve times the wait before a reconnect
    expect(server.connections).toBe(1);
  });

  test.each([1001, 4400, 4401, 4402])("comes back after %i", async (code) => {
    start();
    await server.heard("hello");
    await until("live");
    server.close(code);
    await until("resuming");
    expect(stream.link).toMatchObject({ lastHeard: expect.any(Date) as Date });
    await until("live");
    expect(server.connections).toBe(2);
  });

  test("learns that it is signed out when the door stays shut", async () => {
    start({ url: "ws://127.0.0.1:1", stillSignedIn: () => Promise.resolve(false) });
    await until("signedOut");
  });

  test("goes on trying when the server is away", async () => {
    const waits: number[] = [];
    const tried = new Promise<void>((resolve) => {
      start({
        url: "ws://127.0.0.1:1",
        stillSignedIn: () => Promise.reject(new TypeError("offline")),
        wait: (failures) => {
          waits.push(failures);
          if (failures === 3) resolve();
          return 1;
        },
      });
    });
    await tried;
    expect(waits).toEqual([0, 1, 2, 3]);
    expect(stream.link.state).toBe("resuming");
  });

  test("comes back at once when the network is back", async () => {
    start({ wait: () => 3_600_000 });
    await server.heard("hello");
    await until("live");
    server.close(1001);
    await until("resuming");
    network.dispatchEvent(new Event("online"));
    await until("live");
    expect(server.connections).toBe(2);
  });

  test("takes a silent line for dead", async () => {
    start({ deadAfter: 40 });
    await server.heard("hello");
    await until("live");
    await until("resuming");
    await server.heard("hello");
    expect(server.connections).toBe(2);
  });

  test("hands on a resync and goes on from there", async () => {
    const heard = start();
    const asked: string[] = [];
    stream.on("resync", ({ topic }) => void asked.push(topic));
    await server.heard("hello");
    server.notice(1);
    await server.heard("ack");
    server.send({ type: "resync", body: { topic: "unit:A12", seq: 90 } });
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 90 });
    server.notice(91);
    await server.heard("ack");
    expect(heard).toEqual([1, 91]);
    expect(asked).toEqual(["unit:A12"]);
  });

  test("starts over when the server was restored from a backup", async () => {
    await keeper.place("unit:A12", 50);
    server.topics = { "unit:A12": 10 };
    const heard = start();
    const asked: string[] = [];
    stream.on("resync", ({ topic }) => void asked.push(topic));
    await server.heard("hello");
    server.notice(11);
    await server.heard("ack");
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 11 });
    expect(heard).toEqual([11]);
    expect(asked).toEqual(["unit:A12"]);
  });

  test("holds what is said without a line, and says it until it must have arrived", async () => {
    const status = { assignment_id: "a", status: "on_scene", at: "2026-01-01T00:00:00Z", client_id: "c" };
    start();
    await stream.say({ type: "status", body: status });
    await server.heard("hello");
    expect(await server.heard("status")).toEqual(status);
    server.close(4401); // before two beats: nobody knows whether it arrived
    expect(await server.heard("hello")).toBeDefined();
    expect(await server.heard("status")).toEqual(status);
    server.send({ type: "beat" });
    server.send({ type: "beat" });
    server.notice(1);
    await server.heard("ack");
    expect(await keeper.waiting()).toEqual([]);
  });

  test("asks for a topic while it is watched, and again after a break", async () => {
    start();
    await server.heard("hello");
    await until("live");
    const leave = stream.watch("incident:9");
    expect(await server.heard("watch")).toEqual({ topics: ["incident:9"], resume: {} });
    server.send({ type: "welcome", body: { topics: { "incident:9": 3 } } });
    server.notice(4, "incident:9", "assessment");
    await server.heard("ack");
    server.topics = { "incident:9": 4 };
    server.close(4401);
    expect(await server.heard("hello")).toEqual({ resume: { "incident:9": 4 }, topics: ["incident:9"] });
    await until("live");
    leave();
    server.close(4401);
    expect(await server.heard("hello")).toMatchObject({ topics: [] });
  });

  test("passes over frames that it does not know", async () => {
    const heard: Notice[] = [];
    start();
    stream.on("alert", (notice) => void heard.push(notice));
    await server.heard("hello");
    server.send({ type: "weather", topic: "unit:A12", seq: 1 });
    server.send({ type: "alert", topic: "unit:A12", seq: 1, body: { text: "late" } });
    await server.heard("ack");
    expect(heard.map(({ body }) => body)).toEqual([{ text: "late" }]);
  });
});

describe("the wait before coming back", () => {
  test("doubles, is spread, and has a limit", () => {
    expect([0, 1, 2, 3, 10, 60].map((failures) => backoff(failures, () => 1))).toEqual([
      500, 1000, 2000, 4000, 15_000, 15_000,
    ]);
    expect(backoff(2, () => 0)).toBe(1000);
  });
});
