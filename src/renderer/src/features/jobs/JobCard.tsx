import { useState } from 'react'
import { Badge, Button, Group, Progress, Text, CopyButton } from '@mantine/core'
import type { KeptJob } from '../../../../engine/server/jobs/kept-jobs.ts'
import { EngineFault } from '../../api/fault.ts'
import { texts } from '../../texts.ts'
import { DeleteDialog } from '../../ui/DeleteDialog.tsx'
import { Fault } from '../../ui/Fault.tsx'
import classes from './jobs.module.css'
import { beginJob, cancelJob, deleteJob, type JobKind } from './kept-jobs.ts'

type Job = KeptJob<{ readonly name: string; readonly created: string }>

interface JobCardProps {
  readonly kind: JobKind
  readonly job: Job
  /** What it is of, in a few words. */
  readonly about: string
  readonly onShow: (id: string) => void
}

const colors = { done: 'green', working: 'blue', stopped: 'gray' } as const

/** One comparison or evaluation: what of, how far, and what can be done with it. */
export function JobCard({ kind, job, about, onShow }: JobCardProps) {
  const { id, request, isDone, progress, notices, error } = job
  const state = isDone ? 'done' : progress === null ? 'stopped' : 'working'
  return (
    <div className={classes['card']} data-testid={kind === 'comparisons' ? 'comparison' : 'evaluation'}>
      <button
        type="button"
        className={classes['open']}
        disabled={!isDone}
        onClick={() => {
          onShow(id)
        }}
      >
        <Text size="sm" fw={600}>
          {request.name}
        </Text>
        <Text size="xs" c="dimmed">
          {about} · {new Date(request.created).toLocaleString()}
        </Text>
        <Badge size="xs" variant="light" mt={3} color={colors[state]}>
          {texts.jobs.states[state]}
        </Badge>
      </button>
      {progress !== null && (
        <div role="status">
          <Text size="xs">
            {texts.jobs.progress(Math.floor(progress.done), progress.total, progress.note)}
          </Text>
          <Progress
            value={progress.total === 0 ? 0 : (100 * progress.done) / progress.total}
            my={4}
            aria-label={request.name}
          />
        </div>
      )}
      {notices.map((notice) => (
        <Text key={notice} size="xs" c="var(--app-warning)" mt={3}>
          {notice}
        </Text>
      ))}
      {error !== null && <Fault error={new EngineFault(error)} />}
      <Actions kind={kind} job={job} state={state} />
    </div>
  )
}

interface ActionsProps extends Pick<JobCardProps, 'kind' | 'job'> {
  readonly state: keyof typeof colors
}

function Actions({ kind, job: { id, command, request }, state }: ActionsProps) {
  const [isAsked, setAsked] = useState(false)
  return (
    <Group gap={4} mt={4}>
      {state === 'stopped' && (
        <Button size="compact-xs" variant="default" onClick={() => void beginJob(kind, id)}>
          {texts.jobs.goOn}
        </Button>
      )}
      {state === 'working' && (
        <Button size="compact-xs" variant="default" onClick={() => void cancelJob(kind, id)}>
          {texts.jobs.cancel}
        </Button>
      )}
      <CopyCommand command={command} />
      {state !== 'working' && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          onClick={() => {
            setAsked(true)
          }}
        >
          {texts.jobs.delete}
        </Button>
      )}
      {isAsked && (
        <DeleteDialog
          warning={texts.jobs.deleteWarning(request.name)}
          onClose={() => {
            setAsked(false)
          }}
          onDelete={() => {
            void deleteJob(kind, id)
          }}
        />
      )}
    </Group>
  )
}

/** Copies the command line that makes something again. */
function CopyCommand({ command }: { readonly command: string }) {
  return (
    <CopyButton value={command}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" title={command} onClick={copy}>
          {copied ? texts.app.copied : texts.jobs.copyCommand}
        </Button>
      )}
    </CopyButton>
  )
}
