import { backoff } from "./backoff";
import {
  parseFrame,
  welcomed,
  type Frame,
  type Notice,
  type NoticeType,
  type Position,
  type Saying,
} from "./frames";
import type { Keeper } from "./keeper";
import { afterClose, type Link } from "./link";

export type Handler = (notice: Notice) => unknown;

export type StreamOptions = {
  /** wss://…/api/v1/stream */
  url: string;
  keeper: Keeper;
  /**
   * Whether the session still stands, asked when a connection was refused before
   * it opened: a browser does not tell why. True when it cannot be known.
   */
  stillSignedIn: () => Promise<boolean>;
  open?: (url: string, protocol: string) => WebSocket;
  /** Silence after which a line is taken for dead, in ms; the server beats every 10 s. */
  deadAfter?: number;
  wait?: (failures: number) => number;
  /** Tells with "online" that the network is back: the window. */
  network: EventTarget;
};

const notices: ReadonlySet<string> = new Set<NoticeType>([
  "briefing",
  "assessment",
  "delivery",
  "status",
  "feedback",
  "alert",
  "resync",
]);

/**
 * The line to the server. It comes back by itself, asks for what it missed,
 * drops what it has, hands notices to the screen in order, and acknowledges one
 * only when every handler has stored it. What the screen says is held until the
 * server must have heard it.
 */
export class Stream {
  readonly #options: Required<Omit<StreamOptions, "open">> & Pick<StreamOptions, "open">;
  readonly #handlers = new Set<{ type: NoticeType; handler: Handler }>();
  readonly #watchers = new Set<() => void>();
  readonly #watched = new Map<string, number>(); // topic → how many watch it

  #link: Link = { state: "resuming", lastHeard: null };
  #lastHeard: Date | null = null;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #stopped = true;

  #stored = new Map<string, number>(); // topic → last sequence that every handler has stored
  #received = new Map<string, number>(); // topic → last sequence of this connection, stored or under way
  #asked = new Map<string, number>(); // topic → the sequence this connection asked to resume after
  #floor = new Map<string, number>(); // topic → where a topic that is new to us begins, as welcomed
  #work: Promise<void> = Promise.resolve(); // notices are handled one after another
  #sent = new Map<string, number>(); // id of what was said on this connection → beats heard since

  constructor(options: StreamOptions) {
    this.#options = { deadAfter: 25_000, wait: backoff, ...options };
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
    if (already === 0 && this.#welcomed) {
      this.#send("watch", { topics: [topic], resume: this.#resume([topic]) });
    }
    return () => {
      const left = (this.#watched.get(topic) ?? 1) - 1;
      if (left > 0) this.#watched.set(topic, left);
      else this.#watched.delete(topic);
    };
  }

  /** Says something that must arrive, now or when the line is back. Settles once it is held. */
  async say(saying: Saying): Promise<void> {
    const waiting = { id: crypto.randomUUID(), saying };
    await this.#options.keeper.hold(waiting);
    if (this.#welcomed) this.#say(waiting.id, saying);
  }

  /** Tells where the unit is; lost when the line is down, for the next one is better. */
  position(position: Position): void {
    if (this.#welcomed) this.#send("position", position);
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
      this.#received = new Map(this.#stored);
      this.#asked.clear();
      this.#floor.clear();
      this.#sent.clear();
      this.#send("hello", { resume: this.#resume(), topics: [...this.#watched.keys()] });
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (this.#socket === socket) this.#hear(socket, parseFrame(event.data));
    };
    socket.onerror = () => undefined; // a close follows, and says more
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) void this.#closed(opened, code);
    };
  }

  /** Where this client stands, for the topics given or all that it has. */
  #resume(topics: Iterable<string> = this.#stored.keys()): Record<string, number> {
    const places: Record<string, number> = {};
    for (const topic of topics) {
      const seq = this.#stored.get(topic);
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
    if (frame.type === "welcome") return void this.#welcome(frame);
    if (frame.type === "beat") return void this.#beat();
    const notice = noticeOf(frame);
    if (notice === null) return; // of a newer server; nothing of ours depends on it
    if (notice.type !== "resync" && !this.#isNext(notice)) return;
    this.#received.set(notice.topic, notice.seq);
    this.#work = this.#work.then(() => this.#handle(socket, notice));
  }

  async #welcome(frame: Frame): Promise<void> {
    for (const [topic, seq] of welcomed(frame)) {
      const asked = this.#asked.get(topic);
      if (asked === undefined) this.#floor.set(topic, seq);
      // The server's numbers went back: it was restored from a backup. Ours mean nothing any more.
      else if (seq < asked) this.#restart(topic, seq);
    }
    const again = this.#welcomed; // the answer to `watch`
    this.#welcomed = true;
    this.#show({ state: "live" });
    if (again) return;
    const socket = this.#socket;
    for (const { id, saying } of await this.#options.keeper.waiting()) {
      if (this.#socket === socket && !this.#sent.has(id)) this.#say(id, saying);
    }
  }

  #restart(topic: string, seq: number): void {
    this.#received.set(topic, seq);
    this.#stored.set(topic, seq);
    const notice: Notice = { type: "resync", topic, seq, at: new Date().toISOString(), body: { topic, seq } };
    const socket = this.#socket;
    if (socket !== null) this.#work = this.#work.then(() => this.#handle(socket, notice));
  }

  /** Drops repeats; on a gap comes back and asks for what is missing. */
  #isNext({ topic, seq }: Notice): boolean {
    const last = this.#received.get(topic);
    if (last === undefined) {
      const floor = this.#floor.get(topic);
      // A replay may begin at or below the welcomed number; a jump past it is a gap.
      if (floor === undefined || seq <= floor + 1) return true;
    } else {
      if (seq <= last) return false;
      if (seq === last + 1) return true;
    }
    this.#comeBack(4402);
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
    this.#stored.set(notice.topic, notice.seq);
    if (this.#socket === socket) this.#send("ack", { topic: notice.topic, seq: notice.seq });
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

/** The notice in a frame, if it is one. `resync` names its topic in the body. */
function noticeOf(frame: Frame): Notice | null {
  if (!isNoticeType(frame.type)) return null;
  const { topic, seq } = frame.type === "resync" ? { ...frame, ...(frame.body as Partial<Frame>) } : frame;
  if (typeof topic !== "string" || typeof seq !== "number") return null;
  return { type: frame.type, topic, seq, at: frame.at, body: frame.body };
}

function isNoticeType(type: string): type is NoticeType {
  return notices.has(type);
}
