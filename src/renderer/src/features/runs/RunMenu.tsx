import { ActionIcon, Button, Group, Menu, Modal, TextInput } from '@mantine/core'
import { IconDotsVertical } from '@tabler/icons-react'
import { useClipboard } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { api } from '../../api/client.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { DeleteDialog } from '../../ui/DeleteDialog.tsx'
import { repeatRun } from '../attack/start-attack.ts'
import { CompareRuns } from './CompareRuns.tsx'
import { deleteRuns, renameRun, resumeRun } from './open-run.ts'
import { canResume, isInWork } from './run-state.ts'

interface RenameDialogProps {
  readonly name: string
  readonly onClose: () => void
  readonly onName: (name: string) => void
}

/** Asks for a run's new name. */
function RenameDialog({ name, onClose, onName }: RenameDialogProps) {
  const [text, setText] = useState(name)
  const isName = text.trim() !== '' && text.length <= 200
  return (
    <Modal opened title={texts.runs.rename} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isName) return
          onName(text.trim())
          onClose()
        }}
      >
        <TextInput
          data-autofocus
          label={texts.runs.name}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
          }}
        />
        <Group justify="flex-end" mt="sm">
          <Button type="submit" disabled={!isName}>
            {texts.runs.rename}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}

type Question = 'rename' | 'delete' | 'compare'

/** What can be done with a run, and the dialogs that this takes. */
export function RunMenu({ run }: { readonly run: RunInfo }) {
  const shown = useDoneRun(useUi((ui) => ui.run))
  const [asking, setAsking] = useState<Question>()
  const other = shown?.id === run.id || run.state !== 'done' ? undefined : shown
  return (
    <>
      <Actions run={run} other={other} onAsk={setAsking} />
      <Questions
        run={run}
        other={other}
        asking={asking}
        onClose={() => {
          setAsking(undefined)
        }}
      />
    </>
  )
}

interface PartProps {
  readonly run: RunInfo
  /** The run that this one can be compared with. */
  readonly other: RunInfo | undefined
}

function Actions({ run, other, onAsk }: PartProps & { readonly onAsk: (question: Question) => void }) {
  const { state, request } = run
  const asks = (question: Question) => () => {
    onAsk(question)
  }
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.runs.actions(request.name)}>
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={asks('rename')}>{texts.runs.rename}</Menu.Item>
        <Menu.Item
          onClick={() => {
            void repeatRun(run)
          }}
        >
          {texts.runs.repeat}
        </Menu.Item>
        {other !== undefined && (
          <Menu.Item onClick={asks('compare')}>{texts.runs.compare(other.request.name)}</Menu.Item>
        )}
        <CopyCommandItem command={run.command} />
        {canResume(state) && (
          <Menu.Item
            onClick={() => {
              void resumeRun(run.id)
            }}
          >
            {texts.runs.resume}
          </Menu.Item>
        )}
        <Menu.Item color="red" disabled={isInWork(state)} onClick={asks('delete')}>
          {texts.runs.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function CopyCommandItem({ command }: { readonly command: string }) {
  const { copy } = useClipboard()
  return (
    <Menu.Item
      title={command}
      onClick={() => {
        copy(command)
      }}
    >
      {texts.jobs.copyCommand}
    </Menu.Item>
  )
}

interface QuestionsProps extends PartProps {
  readonly asking: Question | undefined
  readonly onClose: () => void
}

function Questions({ run, other, asking, onClose }: QuestionsProps) {
  const { name } = run.request
  if (asking === 'compare' && other !== undefined)
    return <CompareRuns runs={[other, run]} onClose={onClose} />
  if (asking === 'rename')
    return (
      <RenameDialog
        name={name}
        onClose={onClose}
        onName={(next) => {
          void renameRun(run.id, next)
        }}
      />
    )
  if (asking !== 'delete') return null
  return (
    <DeleteDialog
      warning={texts.runs.deleteWarning(name)}
      onClose={onClose}
      onDelete={() => {
        void deleteRuns([run.id])
      }}
    />
  )
}

/** A run, if it is done: what others can be compared with. */
function useDoneRun(id: string | undefined): RunInfo | undefined {
  const runs = useQuery(api.runs.list.queryOptions())
  return runs.data?.runs.find((run) => run.id === id && run.state === 'done')
}
