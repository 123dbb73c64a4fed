import { backoff } from "./backoff";
import {
  isAbout,
  noticeOf,
  notSavingSince,
  parseFrame,
  welcomed,
  type Frame,
  type Notice,
  type NoticeType,
  type Position,
  type Refusal,
  type Saying,
} from "./frames";
import type { Keeper } from "./keeper";
import { afterClose, type Link } from "./link";

export type Handler = (notice: Notice) => unknown;

export type StreamOptions = {
  /** wss://…/api/v1/stream */
  url: string;
  keeper: Keeper;
  /** Topics of which this device wants all that the server keeps, if it has nothing of them yet. */
  wholly?: readonly string[];
  /**
   * Whether the session still stands, asked when a connection was refused before
   * it opened: a browser does not tell why. True when it cannot be known.
   */
  stillSignedIn: () => Promise<boolean>;
  open?: (url: string, protocol: string) => WebSocket;
  /** Silence after which a line is taken for dead, in ms; the server beats every 10 s. */
  deadAfter?: number;
  wait?: (failures: number) => number;
  /** Between parts of what was kept without a line, in ms: the server takes 50 frames a second. */
  pause?: number;
  /** Tells with "online" that the network is back: the window. */
  network: EventTarget;
};

/** Between acknowledgements, in ms. */
const ackEvery = 50;

/** How much of what was kept without a line is said before a pause: the server closes a line that says more than 200 frames at once. */
const saidAtOnce = 100;

/**
 * The line to the server. It comes back by itself, asks for what it missed,
 * drops what it has, hands notices to the screen in order, and acknowledges one
 * only when every handler has stored it. What the screen says is held until the
 * server must have heard it.
 */
export class Stream {
  readonly #options: Required<Omit<StreamOptions, "open">> & Pick<StreamOptions, "open">;
  readonly #handlers = new Set<{ type: NoticeType; handler: Handler }>();
  readonly #refused = new Set<(refusal: Refusal) => void>();
  readonly #watchers = new Set<() => void>();
  readonly #watched = new Map<string, number>(); // topic → how many watch it

  #link: Link = { state: "resuming", lastHeard: null };
  #lastHeard: Date | null = null;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #notSaving: Date | null = null; // since when, as the server says
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  #stored = new Map<string, number>(); // topic → last sequence that every handler has stored
  #received = new Map<string, number>(); // topic → last sequence of this connection, stored or under way
  #asked = new Map<string, number>(); // topic → the sequence this connection asked to resume after
  #toAck = new Map<string, number>(); // topic → sequence that the server has not been told of
  #acking: ReturnType<typeof setTimeout> | undefined;
  #work: Promise<void> = Promise.resolve(); // notices are handled one after another
  #sent = new Map<string, number>(); // id of what was said on this connection → beats heard since
  #toWatch = new Set<string>(); // topics that the server could not look up
  #left = new Set<string>(); // topics not watched any more; what is under way may still name them
  #again: ReturnType<typeof setTimeout> | undefined; // until then nothing is said, or it would overtake

  constructor(options: StreamOptions) {
    this.#options = { deadAfter: 25_000, wait: backoff, pause: 2_500, wholly: [], ...options };
  }

  /** How fresh the screen is; `watchLink` tells of changes. */
  get link(): Link {
    return this.#link;
  }

  watchLink = (changed: () => void): (() => void) => {
    this.#watchers.add(changed);
    return () => this.#watchers.delete(changed);
  };

  /**
   * Hands each notice of a type to the handler, in order. Delivery is at least
   * once: applying a notice twice must change nothing. A handler that returns a
   * promise holds back the acknowledgement until it is settled; if it fails, the
   * notice comes again. Subscribe before start, or notices may pass unseen.
   */
  on<Body = unknown>(type: NoticeType, handler: (notice: Notice<Body>) => unknown): () => void {
    const entry = { type, handler: handler as Handler };
    this.#handlers.add(entry);
    return () => this.#handlers.delete(entry);
  }

  /** Asks for one more topic, such as an incident on screen, until the returned function is called. */
  watch(topic: string): () => void {
    const already = this.#watched.get(topic) ?? 0;
    this.#watched.set(topic, already + 1);
    this.#left.delete(topic);
    if (already === 0) this.#send("watch", { topics: [topic], resume: this.#resume([topic]) });
    return () => {
      const left = (this.#watched.get(topic) ?? 1) - 1;
      if (left > 0) this.#watched.set(topic, left);
      else this.#unwatch(topic);
    };
  }

  /** Tells of what the screen said and the server will never accept. */
  onRefused(handler: (refusal: Refusal) => void): () => void {
    this.#refused.add(handler);
    return () => this.#refused.delete(handler);
  }

  /** Says something that must arrive, now or when the line is back. Settles once it is held. */
  async say(saying: Saying): Promise<void> {
    const waiting = { id: crypto.randomUUID(), saying };
    await this.#options.keeper.hold(waiting);
    if (this.#canSay()) this.#say(waiting.id, saying);
  }

  /** Whether the server may not have something yet that this screen said. */
  async waits(about: (saying: Saying) => boolean): Promise<boolean> {
    return (await this.#options.keeper.waiting()).some(({ saying }) => about(saying));
  }

  /** Tells where the unit is; lost when the line is down, for the next one is better. */
  position(position: Position): void {
    if (this.#canSay()) this.#send("position", position);
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#options.network.addEventListener("online", this.#hurry);
    void this.#begin();
  }

  /** Closes the line for good; stopping twice is harmless. */
  stop(): void {
    this.#stopped = true;
    this.#options.network.removeEventListener("online", this.#hurry);
    clearTimeout(this.#timer);
    this.#drop(1000);
  }

  async #begin(): Promise<void> {
    try {
      this.#stored = await this.#options.keeper.places();
    } catch {
      this.#stored = new Map(); // the server replays what was not acknowledged
    }
    this.#connect();
  }

  #connect(): void {
    if (this.#stopped || this.#socket !== null) return;
    clearTimeout(this.#timer);
    const open = this.#options.open ?? ((url: string, protocol: string) => new WebSocket(url, protocol));
    const socket = open(this.#options.url, "doorstep.v1");
    let opened = false;
    this.#socket = socket;
    this.#listen();
    socket.onopen = () => {
      opened = true;
      this.#asked.clear();
      this.#toAck.clear();
      this.#sent.clear();
      this.#toWatch.clear();
      this.#left.clear();
      this.#notSaving = null;
      const resume = this.#resume([...this.#options.wholly, ...this.#stored.keys()]);
      this.#received = new Map(Object.entries(resume));
      this.#send("hello", { resume, topics: [...this.#watched.keys()] });
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket === socket) this.#hear(socket, parseFrame(event.data));
    };
    socket.onerror = () => undefined; // a close follows, and says more
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) void this.#closed(opened, code);
    };
  }

  /** Where this client stands. A topic that is not named begins now; 0 asks for all. */
  #resume(topics: Iterable<string>): Record<string, number> {
    const places: Record<string, number> = {};
    for (const topic of topics) {
      const seq = this.#stored.get(topic) ?? (this.#options.wholly.includes(topic) ? 0 : undefined);
      if (seq === undefined) continue;
      places[topic] = seq;
      this.#asked.set(topic, seq);
    }
    return places;
  }

  #hear(socket: WebSocket, frame: Frame | null): void {
    this.#lastHeard = new Date();
    this.#listen();
    if (frame === null) return;
    if (frame.type === "welcome") return void this.#welcome(socket, frame);
    if (frame.type === "state") return void this.#hearState(frame);
    if (frame.type === "beat") return void this.#beat();
    if (frame.type === "refused") return void this.#dropSaying(frame.body as Refusal);
    if (frame.type === "retry") return void this.#sayAgain(frame.body as Refusal);
    const notice = noticeOf(frame);
    if (notice === null) return; // of a newer server; nothing of ours depends on it
    if (this.#left.has(notice.topic)) return;
    if (notice.type !== "resync" && !this.#isNext(notice)) return;
    this.#take(socket, notice);
  }

  #take(socket: WebSocket, notice: Notice): void {
    this.#received.set(notice.topic, notice.seq);
    this.#work = this.#work.then(() => this.#handle(socket, notice));
  }

  async #welcome(socket: WebSocket, frame: Frame): Promise<void> {
    for (const [topic, seq] of welcomed(frame)) {
      if (this.#left.has(topic)) continue;
      const asked = this.#asked.get(topic);
      const known = this.#received.has(topic);
      // A topic that begins now: what was read of it before may be old already. Or
      // the server's numbers went back, restored from a backup: ours mean nothing.
      if (asked === undefined ? !known : seq < asked) this.#begins(socket, topic, seq);
    }
    const again = this.#welcomed; // the answer to `watch`
    this.#welcomed = true;
    this.#showOpen();
    if (!again) await this.#sayAll();
  }

  /** The server lost what it saves in, or has it again: then all that waited is said. */
  async #hearState(frame: Frame): Promise<void> {
    this.#notSaving = notSavingSince(frame);
    if (!this.#welcomed) return;
    this.#showOpen();
    if (this.#notSaving !== null) return;
    clearTimeout(this.#again);
    this.#again = undefined;
    await this.#sayAll();
  }

  #showOpen(): void {
    this.#show(this.#notSaving === null ? { state: "live" } : { state: "notSaving", since: this.#notSaving });
  }

  #canSay(): boolean {
    return this.#welcomed && this.#notSaving === null && this.#again === undefined;
  }

  /** Says what the server may not have, in order, and no faster than it hears. */
  async #sayAll(): Promise<void> {
    const socket = this.#socket;
    if (!this.#canSay()) return;
    this.#flushAcks();
    for (const topic of this.#toWatch) {
      if (this.#watched.has(topic)) this.#send("watch", { topics: [topic], resume: this.#resume([topic]) });
    }
    this.#toWatch.clear();
    for (const [n, { id, saying }] of (await this.#options.keeper.waiting()).entries()) {
      if (n > 0 && n % saidAtOnce === 0) await new Promise((later) => setTimeout(later, this.#options.pause));
      if (this.#socket === socket && this.#canSay() && !this.#sent.has(id)) this.#say(id, saying);
    }
  }

  #begins(socket: WebSocket, topic: string, seq: number): void {
    this.#stored.set(topic, seq);
    this.#take(socket, { type: "resync", topic, seq, at: new Date().toISOString(), body: { topic, seq } });
  }

  #unwatch(topic: string): void {
    this.#forget(topic);
    this.#left.add(topic);
    this.#send("unwatch", { topics: [topic] });
  }

  #forget(topic: string): void {
    for (const places of [this.#watched, this.#stored, this.#received, this.#asked, this.#toAck])
      places.delete(topic);
  }

  /** Drops repeats; on a gap comes back and asks for what is missing. */
  #isNext({ topic, seq }: Notice): boolean {
    const last = this.#received.get(topic);
    if (last === undefined) return false; // of a topic that is not watched any more
    if (seq <= last) return false;
    if (seq === last + 1) return true;
    this.#comeBack(4000);
    return false;
  }

  async #handle(socket: WebSocket, notice: Notice): Promise<void> {
    if (this.#socket !== socket) return; // comes again on the next connection
    try {
      const hearing = [...this.#handlers].filter(({ type }) => type === notice.type);
      await Promise.all(hearing.map(({ handler }) => Promise.resolve(notice).then(handler)));
      await this.#options.keeper.place(notice.topic, notice.seq);
    } catch {
      if (this.#socket === socket) this.#comeBack(4000); // not stored, so not acknowledged: it comes again
      return;
    }
    if (!this.#received.has(notice.topic)) return; // unwatched meanwhile
    this.#stored.set(notice.topic, notice.seq);
    // After a resync the device has the state, but not each notice.
    if (this.#socket === socket && notice.type !== "resync") this.#ack(notice.topic, notice.seq);
  }

  /** At once when the line was quiet; after a replay one for many, as the server limits frames. */
  #ack(topic: string, seq: number): void {
    this.#toAck.set(topic, seq);
    this.#flushAcks();
  }

  #flushAcks(): void {
    if (this.#acking !== undefined || this.#toAck.size === 0 || !this.#canSay()) return;
    for (const [topic, seq] of this.#toAck) this.#send("ack", { topic, seq });
    this.#toAck.clear();
    this.#acking = setTimeout(() => {
      this.#acking = undefined;
      this.#flushAcks();
    }, ackEvery);
  }

  #say(id: string, saying: Saying): void {
    this.#sent.set(id, 0);
    this.#send(saying.type, saying.body);
  }

  /**
   * Two beats after a saying the line was up while it travelled, so it arrived.
   * If the line breaks before, it is said again; the server applies it once.
   */
  async #beat(): Promise<void> {
    this.#failures = 0;
    for (const [id, beats] of this.#sent) {
      if (beats === 0) this.#sent.set(id, 1);
      else {
        this.#sent.delete(id);
        await this.#options.keeper.release(id);
      }
    }
  }

  async #dropSaying(refusal: Refusal): Promise<void> {
    // Not to be heard by this account, or gone: asked for again, it would end the next line too.
    if ((refusal.of === "hello" || refusal.of === "watch") && refusal.ref !== undefined)
      this.#forget(refusal.ref);
    for (const { id, saying } of await this.#options.keeper.waiting()) {
      if (!isAbout(refusal, saying)) continue;
      this.#sent.delete(id);
      await this.#options.keeper.release(id);
    }
    for (const handler of this.#refused) handler(refusal);
  }

  /** The server could not keep it just now: in a moment, or when it can save, it is said again. */
  async #sayAgain(refusal: Refusal): Promise<void> {
    const { of, ref = "" } = refusal;
    const stored = this.#stored.get(ref);
    if (of === "ack" && stored !== undefined) this.#toAck.set(ref, stored);
    if (of === "watch" || of === "hello") this.#toWatch.add(ref);
    this.#again ??= setTimeout(() => {
      this.#again = undefined;
      void this.#sayAll();
    }, this.#options.wait(this.#failures));
    for (const { id, saying } of await this.#options.keeper.waiting()) {
      if (isAbout(refusal, saying)) this.#sent.delete(id); // no beat may release it
    }
  }

  /** Nothing before the line is open: hello, which goes first, then says it all. */
  #send(type: string, body: object): void {
    if (this.#socket?.readyState !== 1) return;
    this.#socket.send(JSON.stringify({ type, at: new Date().toISOString(), body }));
  }

  /** A line that says nothing is dead, whatever the network believes. */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#comeBack(4000), this.#options.deadAfter);
  }

  async #closed(opened: boolean, code: number): Promise<void> {
    this.#drop();
    const next = afterClose(code);
    if (next !== "resume") {
      this.#leave(next);
      return;
    }
    this.#show({ state: "resuming", lastHeard: this.#lastHeard });
    if (!opened && !(await this.#options.stillSignedIn().catch(() => true))) {
      this.#leave("signedOut");
      return;
    }
    this.#retry();
  }

  #comeBack(code: number): void {
    this.#drop(code);
    this.#show({ state: "resuming", lastHeard: this.#lastHeard });
    this.#retry();
  }

  #retry(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), this.#options.wait(this.#failures++));
  }

  /** The network is back: no reason to wait out the delay. */
  readonly #hurry = (): void => {
    if (this.#socket === null && this.#link.state === "resuming") this.#connect();
  };

  #leave(state: "signedOut" | "refused"): void {
    this.#stopped = true;
    this.#show({ state, lastHeard: this.#lastHeard });
  }

  #drop(code?: number): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#again);
    this.#again = undefined;
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (code !== undefined) socket.close(code);
  }

  #show(link: Link): void {
    if (link.state === "live" && this.#link.state === "live") return;
    this.#link = link;
    for (const changed of this.#watchers) changed();
  }
}
