// Stands between LiveKit and StreamIt and writes down when a webhook arrived. What it passes on is unchanged; of what is
// in it, it keeps the event's name alone, because a webhook holds a stream key.

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Arrival {
  event: string;
  /** Milliseconds since 1970, by the clock that the pages read too. */
  at: number;
}

export class Relay {
  private readonly arrivals: Arrival[] = [];
  private server: Server | undefined;

  /** Starts it; answers with where LiveKit should send its webhooks. */
  async start(appPort: number): Promise<string> {
    const path = '/api/webhook/livekit';
    this.server = createServer((incoming, outgoing) => {
      const at = Date.now();
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        const body = Buffer.concat(parts);
        const passedOn = request({ port: appPort, host: '127.0.0.1', path, method: 'POST', headers: incoming.headers });
        passedOn.on('response', (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502);
          answer.pipe(outgoing);
        });
        passedOn.on('error', () => outgoing.writeHead(502).end());
        passedOn.end(body);
        this.arrivals.push({ event: nameOf(body), at });
      });
    });
    await new Promise<void>((done) => this.server!.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** When the first webhook came, from `since` on, that says that an encoder is there. */
  encoderCameAt(since: number): number | undefined {
    return this.arrivals.find(({ event, at }) => at >= since && (event === 'encoder_joined' || event === 'ingress_started'))?.at;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

function nameOf(body: Buffer): string {
  const { event, participant } = JSON.parse(body.toString()) as { event: string; participant?: { kind?: string | number } };
  const isEncoder = participant?.kind === 'INGRESS' || participant?.kind === 1;
  return event === 'participant_joined' && isEncoder ? 'encoder_joined' : event;
}
