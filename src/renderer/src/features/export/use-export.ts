import { useRef, useState } from 'react'
import { api, engine, ownRequest } from '../../api/client.ts'
import type { IdentityRequest } from '../../../../engine/deidentify/identity-request.ts'
import { type ExportKind, type ExportPart, folderName } from './export-plan.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { mediaFormats, pictureFormats } from '../../../../core/spec/presets.ts'

interface Wanted {
  readonly run: string
  readonly to: string
  readonly kinds: readonly ExportPart[]
  readonly identity: IdentityRequest
}

export interface ExportReport {
  readonly folder: string
  readonly files: number
  readonly bytes: number
  /** What could not be written in a format, and why. */
  readonly notices: readonly string[]
}

interface ExportState {
  readonly progress?: { readonly done: number; readonly total: number } | undefined
  readonly error?: unknown
  readonly report?: ExportReport | undefined
  /** The folder of an export that was cancelled. */
  readonly cancelled?: string | undefined
}

/** An export as it goes: one at a time, and it can be cancelled. */
export function useExport(): {
  state: ExportState
  start: (wanted: Wanted) => Promise<void>
  cancel: () => void
} {
  const [state, setState] = useState<ExportState>({})
  const queries = useQueryClient()
  const abort = useRef<AbortController>(undefined)
  const start = async ({ run, to, kinds, identity }: Wanted): Promise<void> => {
    abort.current = new AbortController()
    setState({ progress: { done: 0, total: 0 } })
    try {
      const { signal } = abort.current
      const events = await engine.runs.export.mutate(
        {
          run,
          to,
          kinds: [...kinds],
          identity: { ...identity, options: [...identity.options], keep: [...identity.keep] },
        },
        { signal, ...ownRequest },
      )
      for await (const event of events) {
        if (event.type === 'progress') setState({ progress: event })
        if (event.type === 'exported') setState({ report: event })
      }
      await queries.invalidateQueries({ queryKey: api.departures.queryKey() })
      rememberFolder(to)
    } catch (error) {
      setState(abort.current.signal.aborted ? { cancelled: to } : { error })
    }
  }
  return {
    state,
    start,
    cancel: () => {
      abort.current?.abort()
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

/** All that a run has made, but for what the user leaves out, and the formats that the user adds. */
export function useChosenParts(made: readonly ExportKind[]): {
  readonly parts: readonly ExportPart[]
  readonly choose: (part: ExportPart, isWanted: boolean) => void
} {
  const [chosen, setChosen] = useState<Readonly<Partial<Record<ExportPart, boolean>>>>({})
  return {
    parts: [
      ...made.filter((kind) => chosen[kind] !== false),
      ...[...pictureFormats, ...mediaFormats].filter((format) => chosen[format] === true),
    ],
    choose: (part, isWanted) => {
      setChosen({ ...chosen, [part]: isWanted })
    },
  }
}

export interface ExportFolder {
  readonly to: string
  /** Where the dialog begins; undefined before it is known. */
  readonly parent: string | undefined
  readonly setTo: (folder: string) => void
  /** A new folder, named as the run is, inside another one. */
  readonly setParent: (folder: string) => void
}

/** Where a run is exported to: beside the last export, or at home, unless the user names another folder. */
export function useExportFolder(name: string): ExportFolder {
  const settings = useQuery(api.settings.get.queryOptions(undefined, { staleTime: 0 }))
  const home = useQuery(api.files.list.queryOptions({}))
  const [given, setGiven] = useState<string>()
  const parent = settings.data?.lastFolders['export'] ?? home.data?.path
  return {
    to: given ?? (parent === undefined ? '' : folderName(parent, name)),
    parent,
    setTo: setGiven,
    setParent: (folder) => {
      setGiven(folderName(folder, name))
    },
  }
}
