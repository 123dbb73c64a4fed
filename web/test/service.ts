import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, openSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { Wire } from "./wire";

const binary =
  process.env["DOORSTEP_BIN"] ?? fileURLToPath(new URL("../../.local/bin/doorstep", import.meta.url));
const results = fileURLToPath(new URL("../test-results/", import.meta.url));

/** A real `doorstep serve` on a free port, with the demo world in a database of its own. */
export class Service {
  readonly #database: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #wire: Wire;
  #process: ChildProcess | null = null;

  private constructor(
    readonly url: string,
    database: string,
    environment: NodeJS.ProcessEnv,
    wire: Wire,
  ) {
    this.#database = database;
    this.#environment = environment;
    this.#wire = wire;
  }

  static async start(): Promise<Service> {
    const database = `doorstep_browser_${randomBytes(6).toString("hex")}`;
    await administer(`create database ${database}`);
    const address = `127.0.0.1:${await freePort()}`;
    const { hostname, port } = new URL(needed("DATABASE_URL"));
    const wire = await Wire.to(hostname, Number(port));
    const environment = {
      ...process.env,
      DOORSTEP_ADDR: address,
      DOORSTEP_DATABASE_URL: addressOf(database, `127.0.0.1:${wire.port}`),
      DOORSTEP_REDIS_URL: needed("REDIS_URL"),
    };
    const service = new Service(`http://${address}`, database, environment, wire);
    try {
      await service.#run("migrate");
      await service.#run("demo");
      await service.serve();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  /** Serves, on the same port and database as before; returns when it is ready. */
  async serve(): Promise<void> {
    const process = this.#spawn("serve");
    this.#process = process;
    for (let tries = 0; tries < 300; tries++) {
      if (process.exitCode !== null)
        throw new Error(`doorstep serve ended with ${process.exitCode}; see ${results}`);
      const ready = await fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`doorstep serve was not ready after 15 s; see ${results}`);
  }

  /** Ends it as a crash would. serve() brings it back. */
  async crash(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Takes its database away, as a cut cable does. */
  loseDatabase(): void {
    this.#wire.cut();
  }

  regainDatabase(): void {
    this.#wire.mend();
  }

  /** What the record says, past the service. */
  async rows(sql: string, ...values: unknown[]): Promise<unknown[][]> {
    const client = new Client({ connectionString: addressOf(this.#database) });
    await client.connect();
    try {
      return (await client.query({ text: sql, values, rowMode: "array" })).rows as unknown[][];
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
    this.#wire.stop();
    await administer(`drop database if exists ${this.#database} with (force)`);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process?.exitCode !== null) return;
    const ended = once(process, "exit");
    process.kill(signal);
    await ended;
  }

  async #run(command: string): Promise<void> {
    const [code] = (await once(this.#spawn(command), "exit")) as [number | null];
    if (code !== 0) throw new Error(`doorstep ${command} ended with ${code ?? "a signal"}; see ${results}`);
  }

  #spawn(command: string): ChildProcess {
    mkdirSync(results, { recursive: true });
    const log = openSync(`${results}doorstep-${command}.log`, "a");
    return spawn(binary, [command], { env: this.#environment, stdio: ["ignore", log, log] });
  }
}

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run eval "$(scripts/services env)" first`);
  return value;
}

function addressOf(database: string, host?: string): string {
  const url = new URL(needed("DATABASE_URL"));
  if (host !== undefined) url.host = host;
  url.pathname = `/${database}`;
  return url.href;
}

async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: needed("DATABASE_URL") });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
