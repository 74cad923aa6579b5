// One StreamIt on free ports, beside a real LiveKit, with all they write in one temporary folder.
//
// Global setup starts it. The tests run in another process and find it by that folder; they may stop, kill and start
// its parts, and leave it running.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, end, freePort, launch, running, until } from './process';

const run = promisify(execFile);

/** The parts of LiveKit, as scripts/stack.sh calls them. */
export type Part = 'redis' | 'livekit-server' | 'ingress';

export interface Choices {
  /** The folder that scripts/build.sh has made: target/streamit/debug when left out. */
  build?: string;
}

/** How the app is started. */
export interface AppOptions {
  /** Another one makes it a new installation. */
  database?: string;
  databaseUrl?: string;
  livekit?: boolean;
  everyMs?: number;
  /** A command that becomes the program, which is its last argument. */
  through?: string[];
  /** More of them, or others. */
  settings?: Record<string, string>;
}

export class Installation {
  private constructor(
    readonly dir: string,
    readonly port: number,
    private readonly build: string,
  ) {}

  /** A new one; nothing runs yet. */
  static make(choices: Choices = {}): Installation {
    const dir = mkdtempSync(join(tmpdir(), 'streamit-e2e-'));
    mkdirSync(join(dir, 'app'));
    return new Installation(dir, freePort(), choices.build ?? process.env.STREAMIT_BUILD ?? join(ROOT, 'target', 'streamit', 'debug'));
  }

  /** The one that global setup has started. */
  static shared(): Installation {
    const { STREAMIT_E2E_DIR: dir, STREAMIT_E2E_PORT: port, STREAMIT_E2E_BUILD: build } = process.env;
    if (!dir || !port || !build) throw new Error('global setup has not run');
    return new Installation(dir, Number(port), build);
  }

  /** Makes it the one that `shared` finds. */
  share(): void {
    process.env.STREAMIT_E2E_DIR = this.dir;
    process.env.STREAMIT_E2E_PORT = String(this.port);
    process.env.STREAMIT_E2E_BUILD = this.build;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The address of a file of public/, such as vendor/icons.svg, that the build has named by what is in it. */
  addressOf(file: string): string {
    const lines = readFileSync(join(this.build, 'hash.txt'), 'utf8').split('\n');
    const hash = lines.find((line) => line.startsWith(`${file}: `))?.slice(file.length + 2);
    if (!hash) throw new Error(`${file} is not in hash.txt of ${this.build}`);
    return `/${file.replace(/\.(?=\w+$)/, `.${hash}.`)}`;
  }

  private get stackDir(): string {
    return join(this.dir, 'livekit');
  }

  private get appDir(): string {
    return join(this.dir, 'app');
  }

  async startLiveKit(webhookUrl?: string): Promise<void> {
    const webhook = webhookUrl ? { STACK_WEBHOOK_URL: webhookUrl } : {};
    await this.stack(['start', this.stackDir], { STACK_FREE_PORTS: '1', APP_PORT: String(this.port), ...webhook });
  }

  /** As a crash would. */
  async killPart(part: Part): Promise<void> {
    await this.stack(['kill', this.stackDir, part]);
  }

  async startPart(part: Part): Promise<void> {
    await this.stack(['up', this.stackDir, part]);
  }

  /** Where a file of LiveKit's is, such as a part's configuration. */
  liveKitFile(name: string): string {
    return join(this.stackDir, name);
  }

  /** Settings of LiveKit, as scripts/stack.sh wrote them. */
  liveKitSettings(): Record<string, string> {
    const lines = readFileSync(join(this.stackDir, 'stack.env'), 'utf8').trim().split('\n');
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  }

  /** Starts the app and waits until it answers. */
  async startApp(options: AppOptions = {}): Promise<void> {
    const { database = 'streamit', livekit = true, everyMs = 20, through = [], settings = {} } = options;
    const databaseUrl = options.databaseUrl ?? this.databaseUrl(database);
    const [command, ...args] = [...through, join(this.build, 'streamit')];
    launch(this.appDir, 'streamit', command, args, { ...this.settings(databaseUrl, livekit), ...settings });
    const answers = () => fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
    if (!(await until(async () => (await answers()) || !this.appPid(), 30_000, everyMs)) || !this.appPid()) {
      throw new Error(`StreamIt does not answer. Its log:\n${this.appLog().slice(-2000)}`);
    }
  }

  private databaseUrl(database: string): string {
    return `sqlite:${join(this.appDir, `${database}.db`)}`;
  }

  private settings(databaseUrl: string, livekit: boolean): NodeJS.ProcessEnv {
    const settings = livekit ? this.liveKitSettings() : {};
    return {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      RUST_LOG: process.env.RUST_LOG,
      ...pick(settings, ['LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET']),
      DATABASE_URL: databaseUrl,
      STREAMIT_ADDR: `127.0.0.1:${this.port}`,
      STREAMIT_BASE_URL: this.url,
      STREAMIT_DATA_DIR: this.appDir,
      // Sign-ups are limited per address: tests say where they come from.
      STREAMIT_TRUSTED_PROXIES: '127.0.0.1',
      // Three qualities are too much for two cores.
      STREAMIT_SEVERAL_QUALITIES: 'false',
    };
  }

  /** Runs a command of the program beside the app, and gives the JSON that it prints last. */
  async command<T>(...words: string[]): Promise<T> {
    const settings = this.settings(this.databaseUrl('streamit'), true);
    const { stdout } = await run(join(this.build, 'streamit'), words, { cwd: this.appDir, env: settings });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
  }

  async stopApp(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await end(this.appDir, 'streamit', signal);
  }

  appPid(): number | undefined {
    return running(this.appDir, 'streamit');
  }

  appLog(): string {
    return readFileSync(join(this.appDir, 'streamit.log'), 'utf8');
  }

  /** Stops all of it. */
  async stop(): Promise<void> {
    await this.stopApp();
    await this.stack(['stop', this.stackDir]);
  }

  private async stack(args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    await run(join(ROOT, 'scripts', 'stack.sh'), args, { env: { ...process.env, ...env } });
  }
}

function pick(from: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.filter((name) => from[name]).map((name) => [name, from[name]]));
}
