import { useRef, useState } from 'react'
import { engine, ownRequest } from '../../api/client.ts'
import type { ExportKind } from './export-plan.ts'

interface Wanted {
  readonly run: string
  readonly to: string
  readonly kinds: readonly ExportKind[]
}

export interface ExportReport {
  readonly folder: string
  readonly files: number
  readonly bytes: number
}

interface ExportState {
  readonly progress?: { readonly done: number; readonly total: number } | undefined
  readonly error?: unknown
  readonly report?: ExportReport | undefined
}

/** An export as it goes: one at a time, and it can be cancelled. */
export function useExport(): {
  state: ExportState
  start: (wanted: Wanted) => Promise<void>
  cancel: () => void
} {
  const [state, setState] = useState<ExportState>({})
  const abort = useRef<AbortController>(undefined)
  const start = async ({ run, to, kinds }: Wanted): Promise<void> => {
    abort.current = new AbortController()
    setState({ progress: { done: 0, total: 0 } })
    try {
      const { signal } = abort.current
      const events = await engine.runs.export.mutate(
        { run, to, kinds: [...kinds] },
        { signal, ...ownRequest },
      )
      for await (const event of events) {
        if (event.type === 'progress') setState({ progress: event })
        if (event.type === 'exported') setState({ report: event })
      }
      rememberFolder(to)
    } catch (error) {
      setState({ error })
    }
  }
  return {
    state,
    start,
    cancel: () => {
      abort.current?.abort()
      setState({})
    },
  }
}

/** The next export begins beside this one. */
function rememberFolder(to: string): void {
  const parent = to.replace(/[\\/][^\\/]*$/, '')
  engine.settings.get
    .query()
    .then(({ lastFolders }) =>
      engine.settings.set.mutate({ lastFolders: { ...lastFolders, export: parent } }),
    )
    .catch(() => undefined)
}
