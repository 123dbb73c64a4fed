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
  /** Where the topics stand that the client hears without asking. */
  topics: Record<string, number> = { "unit:A12": 0 };

  constructor() {
    this.#server.on("connection", (peer) => {
      this.connections++;
      this.#peer = peer;
      peer.on("message", (data: Buffer) => {
        const said = JSON.parse(data.toString()) as Said;
        if (said.type === "hello") this.#welcome(Object.keys(this.topics), said);
        if (said.type === "watch") this.#welcome(said.body["topics"] as string[], said);
        this.#said.push(said);
        for (const wake of this.#wanted.splice(0)) wake();
      });
    });
  }

  /** Serves from where the client stands, but never from beyond the end. */
  #welcome(names: string[], { body }: Said): void {
    const resume = body["resume"] as Record<string, number>;
    const from = (name: string) => Math.min(this.topics[name] ?? 0, resume[name] ?? Infinity);
    this.send({
      type: "welcome",
      body: { topics: Object.fromEntries(names.map((name) => [name, from(name)])) },
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  send(frame: object): void {
    this.#peer?.send(JSON.stringify({ at: "2026-01-01T00:00:00Z", ...frame }));
  }

  notice(seq: number, topic = "unit:A12", type = "briefing"): void {
    this.topics[topic] = Math.max(seq, this.topics[topic] ?? 0);
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

  acks = 0;

  /** Waits until everything on the topic up to seq is acknowledged. */
  async acked(seq: number, topic = "unit:A12"): Promise<void> {
    for (;;) {
      const ack = await this.heard("ack");
      this.acks++;
      if (ack["topic"] === topic && ack["seq"] === seq) return;
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
    await server.acked(2);
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
    await server.acked(3);
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
    await server.acked(3);
    expect(heard).toEqual([1, 2, 3]);
    expect(server.connections).toBe(2);
  });

  test("sees a gap before the first notice of a topic", async () => {
    server.topics = { "unit:A12": 4 };
    const heard = start();
    await server.heard("hello");
    server.notice(6);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 4 }, topics: [] });
    server.notice(5);
    await server.acked(5);
    expect(heard).toEqual([5]);
  });

  test("has a screen load a topic that begins now, and goes on from there after a break", async () => {
    server.topics = { "unit:A12": 4 };
    start();
    const loaded: number[] = [];
    stream.on("resync", ({ seq }) => void loaded.push(seq));
    await server.heard("hello");
    await until("live");
    server.close(1001);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 4 }, topics: [] });
    await until("live");
    expect(loaded).toEqual([4]);
    expect(server.left("ack")).toEqual([]);
  });

  test("asks for all of what a new device must have", async () => {
    server.topics = { "unit:A12": 2 };
    const heard = start({ wholly: ["unit:A12"] });
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 0 }, topics: [] });
    server.notice(1);
    server.notice(2);
    await server.acked(2);
    expect(heard).toEqual([1, 2]);
  });

  test("acknowledges a long replay in few frames", async () => {
    const heard = start();
    await server.heard("hello");
    for (let seq = 1; seq <= 500; seq++) server.notice(seq);
    await server.acked(500);
    expect(heard).toHaveLength(500);
    expect(server.acks).toBeLessThan(50);
  });

  test("keeps topics apart", async () => {
    server.topics = { "unit:A12": 0, "user:7": 7 };
    start();
    await server.heard("hello");
    server.notice(1, "unit:A12");
    server.notice(8, "user:7");
    server.notice(2, "unit:A12");
    await server.acked(8, "user:7");
    await server.acked(2, "unit:A12");
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
    expect(await keeper.places()).toEqual(new Map([["unit:A12", 0]]));
    stored();
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 1 });
  });

  test("hears a notice again that could not be stored", async () => {
    start();
    let full = true;
    stream.on("briefing", () => (full ? Promise.reject(new Error("disk full")) : Promise.resolve()));
    await server.heard("hello");
    server.notice(1);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 0 }, topics: [] });
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
    const loaded: number[] = [];
    stream.on("resync", ({ seq }) => void loaded.push(seq));
    await server.heard("hello");
    server.notice(1);
    await server.acked(1);
    server.send({ type: "resync", body: { topic: "unit:A12", seq: 90 } });
    server.notice(91);
    await server.acked(91);
    expect(heard).toEqual([1, 91]);
    expect(loaded).toEqual([0, 90]);
  });

  test("starts over when the server was restored from a backup", async () => {
    await keeper.place("unit:A12", 50);
    server.topics = { "unit:A12": 10 };
    const heard = start();
    const loaded: number[] = [];
    stream.on("resync", ({ seq }) => void loaded.push(seq));
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 50 }, topics: [] });
    server.notice(11);
    await server.acked(11);
    expect(heard).toEqual([11]);
    expect(loaded).toEqual([10]);
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

  const read = { type: "read", body: { briefing_id: "b", revision: 2 } } as const;

  test("says again what the server could not keep", async () => {
    start();
    await server.heard("hello");
    await stream.say(read);
    expect(await server.heard("read")).toEqual(read.body);
    server.send({ type: "retry", body: { of: "read", ref: "b" } });
    expect(await server.heard("read")).toEqual(read.body);
  });

  test("gives up what the server refuses, and tells", async () => {
    start();
    const refusal = new Promise((resolve) => stream.onRefused(resolve));
    await server.heard("hello");
    await stream.say(read);
    await server.heard("read");
    server.send({ type: "refused", body: { of: "read", ref: "b", detail: "no such briefing" } });
    expect(await refusal).toEqual({ of: "read", ref: "b", detail: "no such briefing" });
    expect(await keeper.waiting()).toEqual([]);
  });

  test("acknowledges again what the server could not keep, on the same line", async () => {
    start();
    await server.heard("hello");
    server.notice(1);
    await server.acked(1);
    server.send({ type: "retry", body: { of: "ack", ref: "unit:A12" } });
    await server.acked(1);
    expect(server.connections).toBe(1);
  });

  test("asks again for a topic that the server could not look up", async () => {
    start();
    await server.heard("hello");
    await until("live");
    stream.watch("incident:9");
    await server.heard("watch");
    server.send({ type: "retry", body: { of: "watch", ref: "incident:9" } });
    expect(await server.heard("watch")).toEqual({ topics: ["incident:9"], resume: { "incident:9": 0 } });
    expect(server.connections).toBe(1);
  });

  test("stays on the line when nothing can be saved, and then says in order what waited", async () => {
    start();
    await server.heard("hello");
    await until("live");
    const step = (status: string) =>
      ({ type: "status", body: { assignment_id: "a", status, at: "", client_id: status } }) as const;
    await stream.say(step("en_route"));
    await server.heard("status");
    server.send({ type: "retry", body: { of: "status", ref: "en_route" } });
    server.send({ type: "state", body: { saving: false, since: "2026-03-01T14:02:00Z" } });
    await until("notSaving");
    expect(stream.link).toEqual({ state: "notSaving", since: new Date("2026-03-01T14:02:00Z") });
    server.notice(1);
    await stream.say(step("on_scene"));
    await stream.say(step("cleared"));
    stream.position({ point: { type: "Point", coordinates: [24.7, 59.4] }, at: "" });
    expect(await stream.waits(({ type }) => type === "status")).toBe(true);

    server.send({ type: "state", body: { saving: true } });
    await server.acked(1);
    for (const status of ["en_route", "on_scene", "cleared"]) {
      expect((await server.heard("status"))["status"]).toBe(status);
    }
    expect(stream.link).toEqual({ state: "live" });
    expect(server.left("position")).toEqual([]);
    expect(server.connections).toBe(1);
  });

  test("is told of it again on the next line", async () => {
    start();
    await server.heard("hello");
    server.send({ type: "state", body: { saving: false, since: "2026-03-01T14:02:00Z" } });
    await until("notSaving");
    server.close(4401);
    await server.heard("hello");
    await until("live");
  });

  test("asks for a topic while it is watched, and again after a break", async () => {
    start();
    const loaded: string[] = [];
    stream.on("resync", ({ topic, seq }) => void loaded.push(`${topic} ${seq}`));
    await server.heard("hello");
    await until("live");
    const leave = stream.watch("incident:9");
    server.topics["incident:9"] = 3;
    expect(await server.heard("watch")).toEqual({ topics: ["incident:9"], resume: {} });
    server.notice(4, "incident:9", "assessment");
    await server.acked(4, "incident:9");
    expect(loaded).toEqual(["unit:A12 0", "incident:9 3"]);
    server.close(4401);
    expect(await server.heard("hello")).toEqual({
      resume: { "unit:A12": 0, "incident:9": 4 },
      topics: ["incident:9"],
    });
    await until("live");
    leave();
    expect(await server.heard("unwatch")).toEqual({ topics: ["incident:9"] });
    server.close(4401);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 0 }, topics: [] });
  });

  test("does not take up a topic that was left before the server answered", async () => {
    start();
    await server.heard("hello");
    await until("live");
    stream.watch("incident:9")();
    await server.heard("watch");
    await server.heard("unwatch");
    server.send({ type: "resync", topic: "incident:9", seq: 0, body: { topic: "incident:9", seq: 0 } });
    server.notice(1, "incident:9", "assessment");
    server.notice(1);
    expect(await server.heard("ack")).toEqual({ topic: "unit:A12", seq: 1 });
    server.close(4401);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 1 }, topics: [] });
  });

  test("asks for a topic that is watched before the line is up", async () => {
    start();
    stream.watch("incident:9");
    expect(await server.heard("hello")).toEqual({ resume: {}, topics: ["incident:9"] });
  });

  test("does not ask again for a topic that is not to be heard here", async () => {
    start();
    await server.heard("hello");
    await until("live");
    stream.watch("incident:9");
    await server.heard("watch");
    server.send({ type: "refused", body: { of: "watch", ref: "incident:9", detail: "not yours" } });
    server.close(4404);
    expect(await server.heard("hello")).toEqual({ resume: { "unit:A12": 0 }, topics: [] });
    await until("live");
  });

  test("says what a whole shift without a line has kept, in parts", async () => {
    for (let n = 0; n < 250; n++) await keeper.hold({ id: String(n), saying: read });
    start({ pause: 5 });
    for (let n = 0; n < 250; n++) await server.heard("read");
    expect(server.left("read")).toEqual([]);
    expect(server.connections).toBe(1);
  });

  test("counts notices of a kind that it does not know", async () => {
    const heard: Notice[] = [];
    start();
    stream.on("alert", (notice) => void heard.push(notice));
    await server.heard("hello");
    server.notice(1, "unit:A12", "weather");
    server.notice(2, "unit:A12", "alert");
    server.send({ type: "tide" });
    await server.acked(2);
    expect(heard.map(({ body }) => body)).toEqual([{ revision: 2 }]);
    expect(server.connections).toBe(1);
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
