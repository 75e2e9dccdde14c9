import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, httpBatchStreamLink, splitLink } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { EngineRouter } from '../../../engine/server/router.ts'
import { requestBounds } from '../../../shared/request-bounds.ts'

/** The engine lies under the page's own origin, in Electron (app://) and in a browser alike. */
const url = '/api'

/** More than any origin has (http://127.0.0.1:65535, app://…), which the engine counts with the address. */
const longestOrigin = 64

/**
 * Mark of a call that goes on for long: it gets a request of its own, so that ending it ends nothing else.
 */
export const ownRequest = { context: { ownRequest: true } } as const

export const engine = createTRPCClient<EngineRouter>({
  links: [
    splitLink({
      condition: ({ context }) => context['ownRequest'] === true,
      true: httpBatchStreamLink({ url, maxItems: 1 }),
      false: httpBatchStreamLink({
        url,
        maxItems: requestBounds.callsInBatch,
        maxURLLength: requestBounds.urlLength - longestOrigin,
      }),
    }),
  ],
})

/** Nothing changes behind the page's back, so nothing is asked again until the page knows that it changed. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})

/** Query and mutation options of every procedure. */
export const api = createTRPCOptionsProxy<EngineRouter>({ client: engine, queryClient })

/** Whether a query, by its tRPC key, asks of this study. */
export function isQueryOfStudy(study: string, [, options]: readonly unknown[]): boolean {
  const input = isObject(options) && 'input' in options ? options.input : undefined
  return isObject(input) && 'study' in input && input.study === study
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
