import { Button, Badge, Checkbox, Group, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { texts } from '../../texts.ts'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { useUi } from '../../state/ui-store.ts'
import { openRun } from './open-run.ts'
import { RunMenu } from './RunMenu.tsx'
import { tickRun, useRunList } from './run-list.ts'
import { isInWork, stateColour } from './run-state.ts'
import classes from './runs.module.css'

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

function fooledText({ fooled, metBefore }: NonNullable<RunInfo['summary']>): string {
  return texts.runs.success(fooled.successes, fooled.count, metBefore)
}

/** One run: what it was, how it ended, and what can be done with it. */
function RunCard({ run }: { readonly run: RunInfo }) {
  const isShown = useUi((ui) => ui.run === run.id)
  const isTicked = useRunList(({ ticked }) => ticked.has(run.id))
  const { request, state, summary, title } = run
  return (
    <div className={classes['card']} data-shown={isShown || undefined} data-testid="run">
      <Checkbox
        size="xs"
        mt={2}
        aria-label={texts.runs.tick(request.name)}
        checked={isTicked}
        disabled={isInWork(state)}
        onChange={(event) => {
          tickRun(run.id, event.currentTarget.checked)
        }}
      />
      <button
        type="button"
        className={classes['open']}
        aria-pressed={isShown}
        onClick={() => {
          void openRun(run)
        }}
      >
        <Text size="sm" fw={600}>
          {request.name}
        </Text>
        <Text size="xs" c="dimmed">
          {title} · {request.model} · {new Date(request.created).toLocaleString()}
        </Text>
        <Group gap={6} mt={3}>
          <Badge size="xs" variant="light" color={stateColour(state)}>
            {texts.runs.states[state]}
          </Badge>
          {summary !== null && <Text size="xs">{fooledText(summary)}</Text>}
        </Group>
      </button>
      <RunMenu run={run} />
    </div>
  )
}
