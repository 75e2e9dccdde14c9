import { Button, Progress, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../api/client.ts'
import { sizeText } from '../features/export/export-plan.ts'
import { cancelJob, type JobKind, useComparisons, useEvaluations } from '../features/jobs/kept-jobs.ts'
import { cancelRun } from '../features/runs/open-run.ts'
import { durationText, type JobStart, timeLeft } from '../features/runs/run-state.ts'
import type { LiveRun } from '../state/live-run.ts'
import { atWork, useLiveRuns } from '../state/watched-runs.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'
import { useEngineMemory } from './LostBanner.tsx'

/** The device in use, the engine's memory, and every attack, comparison and evaluation in work. */
export function StatusBar() {
  const device = useQuery(api.device.list.queryOptions())
  const runs = useQuery(api.runs.list.queryOptions())
  const live = useLiveRuns()
  const infos = runs.data?.runs
  const kept = useJobsInWork()
  const jobs = atWork(live).filter(
    ([id]) => infos === undefined || infos.some((run) => run.id === id && run.state !== 'done'),
  )
  return (
    <footer className={classes['status']} aria-label={texts.app.status}>
      <span data-testid="device">
        {texts.device.label}:{' '}
        {device.data === undefined
          ? texts.device.checking
          : texts.device.on(device.data.name, device.data.threads)}
      </span>
      <Memory />
      <span className={classes['grow']} />
      {jobs.length + kept.length === 0 && (
        <Text size="xs" c="dimmed">
          {texts.runs.noJobs}
        </Text>
      )}
      {kept.map(({ kind, id, request: { name }, progress }) => (
        <JobLine
          key={id}
          name={name}
          done={progress === null ? 0 : (100 * progress.done) / Math.max(1, progress.total)}
          text={texts.jobs.states.working}
          onCancel={() => void cancelJob(kind, id)}
        />
      ))}
      {jobs.map(([id, run]) => (
        <Job
          key={id}
          run={run}
          name={infos?.find((info) => info.id === id)?.request.name ?? id}
          onCancel={() => {
            cancelRun(id)
          }}
        />
      ))}
    </footer>
  )
}

/** What the engine holds; nothing while it does not answer. */
function Memory() {
  const { data, isError } = useEngineMemory()
  if (data === undefined || isError) return null
  return (
    <Text size="xs" c="dimmed" data-testid="memory">
      {texts.device.memory(sizeText(data.resident), sizeText(data.frames))}
    </Text>
  )
}

interface JobProps {
  readonly name: string
  readonly run: LiveRun
  readonly onCancel: () => void
}

function Job({ name, run: { state, progress }, onCancel }: JobProps) {
  const left = useTimeLeft(progress)
  const done = progress === undefined ? 0 : (100 * progress.done) / Math.max(1, progress.total)
  const what = state === 'running' && progress !== undefined ? progress.phase : texts.runs.states[state]
  const time = left === undefined ? '' : ` · ${texts.runs.left(durationText(left))}`
  return (
    <JobLine
      name={name}
      done={done}
      text={`${what}${time}`}
      isEnding={state === 'cancelling'}
      onCancel={onCancel}
    />
  )
}

interface JobLineProps {
  readonly name: string
  /** 0 to 100. */
  readonly done: number
  readonly text: string
  /** Whether it has been cancelled, and is not at its end yet. */
  readonly isEnding?: boolean
  readonly onCancel: () => void
}

/** Whatever is in work: how far, and a button that cancels it. */
function JobLine({ name, done, text, isEnding = false, onCancel }: JobLineProps) {
  return (
    <div className={classes['job']} data-testid="job">
      <span className={classes['jobName']}>{name}</span>
      <Progress w={140} value={done} aria-label={name} />
      <span>
        {Math.floor(done)} % · {text}
      </span>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={texts.runs.cancel(name)}
        disabled={isEnding}
        onClick={onCancel}
      >
        {texts.app.cancel}
      </Button>
    </div>
  )
}

/** Comparisons and evaluations that the engine has in work, whoever began them. */
function useJobsInWork() {
  const comparisons = useComparisons()
  const evaluations = useEvaluations()
  const kinds: readonly [JobKind, typeof comparisons.data | typeof evaluations.data][] = [
    ['comparisons', comparisons.data],
    ['evaluations', evaluations.data],
  ]
  return kinds.flatMap(([kind, list]) =>
    (list?.jobs ?? []).flatMap((job) => (job.progress === null ? [] : [{ kind, ...job }])),
  )
}

/** Counted from when this page first saw the job's present phase. */
function useTimeLeft(progress: LiveRun['progress']): number | undefined {
  const [start, setStart] = useState<(JobStart & { readonly phase: string }) | undefined>()
  const phase = progress?.phase
  const done = progress?.done ?? 0
  useEffect(() => {
    if (phase !== undefined && start?.phase !== phase) setStart({ phase, time: performance.now(), done })
  }, [phase, start, done])
  return progress === undefined || start?.phase !== phase || start === undefined
    ? undefined
    : timeLeft(start, performance.now(), progress)
}
