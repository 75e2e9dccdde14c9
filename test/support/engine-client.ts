import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTRPCClient, httpBatchStreamLink, type TRPCClient } from '@trpc/client'
import { createEngine, type Engine } from '../../src/engine/server/create-engine.ts'
import type { EngineRouter } from '../../src/engine/server/router.ts'

const origin = 'http://engine.test'

/** An engine of its own with a home of its own, spoken to as a page does, but without a socket. */
export interface TestEngine {
  readonly engine: Engine
  readonly home: string
  readonly client: TRPCClient<EngineRouter>
  get(path: string): Promise<Response>
  /** Closes the engine and removes its home. */
  end(): Promise<void>
}

export async function startEngine(
  options: { readonly home?: string; readonly resources?: string } = {},
): Promise<TestEngine> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'radversary-home-'))
  const engine = await createEngine({
    home,
    resources: options.resources ?? join(import.meta.dirname, '../../resources'),
  })
  return {
    engine,
    home,
    client: createTRPCClient<EngineRouter>({
      links: [
        httpBatchStreamLink({
          url: `${origin}/api`,
          methodOverride: 'POST',
          fetch: (url, init) => engine.handle(new Request(url as string, init as RequestInit)),
        }),
      ],
    }),
    get: (path) => engine.handle(new Request(origin + path)),
    end: async () => {
      await engine.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Keeps a model with a card of its own. */
export function keepModelFile({ client }: TestEngine, model: string, card: string) {
  const given = JSON.parse(readFileSync(card, 'utf8')) as Record<string, unknown>
  return client.models.cards.keep.mutate({ model, card, given })
}

/** The event of this type that a stream ends with. */
export async function lastOf<Event extends { readonly type: string }, Type extends Event['type']>(
  events: AsyncIterable<Event>,
  type: Type,
): Promise<Extract<Event, { readonly type: Type }>> {
  let last: Event | undefined
  for await (const event of events) last = event
  if (last?.type !== type) throw new Error(`expected ${type} at the end, got ${last?.type ?? 'nothing'}`)
  return last as Extract<Event, { readonly type: Type }>
}
