import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/client.ts'
import { folderName } from './export-plan.ts'

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
