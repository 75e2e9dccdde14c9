import { Button } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { texts } from '../../texts.ts'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { RunCard } from './RunCard.tsx'

/** So many are drawn at once: some screens of them, within a task that nobody notices. */
const part = 20

/** The cards of a list, as far as its user has scrolled. */
export function RunCards({ runs }: { readonly runs: readonly RunInfo[] }) {
  const [shown, setShown] = useState(part)
  const hasMore = shown < runs.length
  const more = useRef<HTMLButtonElement>(null)
  const showMore = () => {
    setShown((count) => count + part)
  }
  useEffect(() => {
    if (more.current === null) return undefined
    const observer = new IntersectionObserver((entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) showMore()
    })
    observer.observe(more.current)
    return () => {
      observer.disconnect()
    }
  }, [shown, hasMore])
  return (
    <>
      {runs.slice(0, shown).map((run) => (
        <RunCard key={run.id} run={run} />
      ))}
      {hasMore && (
        <Button ref={more} size="compact-xs" variant="subtle" onClick={showMore}>
          {texts.runs.more(runs.length - shown)}
        </Button>
      )}
    </>
  )
}
