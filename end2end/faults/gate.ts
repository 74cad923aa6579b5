// Stands between LiveKit and StreamIt and can be shut: LiveKit's webhooks then find nobody. It runs beside the tests,
// which shut it by a file. Nothing of what passes is kept: a webhook holds a stream key.

import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const PATH = '/api/webhook/livekit';

const mark = (dir: string) => join(dir, 'webhooks-are-blocked');

/** From now on no webhook comes through. */
export function blockWebhooks(dir: string): void {
  writeFileSync(mark(dir), '');
}

/** They come through again; those that were lost stay lost. */
export function letWebhooksPass(dir: string): void {
  rmSync(mark(dir), { force: true });
}

export class WebhookGate {
  private server: Server | undefined;

  constructor(private readonly dir: string) {}

  /** Starts it; answers with where LiveKit should send its webhooks. */
  async start(appPort: number): Promise<string> {
    this.server = createServer((incoming, outgoing) => {
      if (existsSync(mark(this.dir))) incoming.destroy();
      else passOn(appPort, incoming, outgoing);
    });
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${PATH}`;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

// When StreamIt is not there, LiveKit finds nobody either.
function passOn(port: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const passedOn = request({ port, host: '127.0.0.1', path: PATH, method: 'POST', headers: incoming.headers });
  passedOn.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502);
    answer.pipe(outgoing);
  });
  passedOn.on('error', () => incoming.destroy());
  incoming.pipe(passedOn);
}
