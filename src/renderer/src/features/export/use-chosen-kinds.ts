import { useState } from 'react'
import type { ExportKind } from './export-plan.ts'

/** All that a run has made, but for what the user leaves out. */
export function useChosenKinds(made: readonly ExportKind[]): {
  readonly kinds: readonly ExportKind[]
  readonly choose: (kind: ExportKind, isWanted: boolean) => void
} {
  const [left, setLeft] = useState<ReadonlySet<ExportKind>>(new Set())
  return {
    kinds: made.filter((kind) => !left.has(kind)),
    choose: (kind, isWanted) => {
      const rest = new Set(left)
      if (isWanted) rest.delete(kind)
      else rest.add(kind)
      setLeft(rest)
    },
  }
}
