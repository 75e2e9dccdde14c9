import { ActionIcon, Badge, Button, Group, Menu, Modal, Text, TextInput } from '@mantine/core'
import { IconDotsVertical } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { api } from '../../api/client.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { repeatRun } from '../attack/attack-form.ts'
import { CompareRuns } from './CompareRuns.tsx'
import { deleteRun, openRun, renameRun, resumeRun } from './open-run.ts'
import { canResume, isInWork, stateColour } from './run-state.ts'
import classes from './runs.module.css'

/** One run: what it was, how it ended, and what can be done with it. */
export function RunCard({ run }: { readonly run: RunInfo }) {
  const isShown = useUi((ui) => ui.run === run.id)
  const shown = useDoneRun(useUi((ui) => ui.run))
  const [asking, setAsking] = useState<'rename' | 'delete' | 'compare'>()
  const { request, state, summary, title } = run
  return (
    <div className={classes['card']} data-shown={isShown || undefined} data-testid="run">
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
          {summary !== null && <Text size="xs">{texts.runs.success(summary.success.successes, summary.success.count)}</Text>}
        </Group>
      </button>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={texts.runs.actions(request.name)}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => {
              setAsking('rename')
            }}
          >
            {texts.runs.rename}
          </Menu.Item>
          <Menu.Item
            onClick={() => {
              void repeatRun(run)
            }}
          >
            {texts.runs.repeat}
          </Menu.Item>
          {shown !== undefined && shown.id !== run.id && state === 'done' && (
            <Menu.Item
              onClick={() => {
                setAsking('compare')
              }}
            >
              {texts.runs.compare(shown.request.name)}
            </Menu.Item>
          )}
          {canResume(state) && (
            <Menu.Item
              onClick={() => {
                void resumeRun(run.id)
              }}
            >
              {texts.runs.resume}
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            disabled={isInWork(state)}
            onClick={() => {
              setAsking('delete')
            }}
          >
            {texts.runs.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'compare' && shown !== undefined && (
        <CompareRuns
          runs={[shown, run]}
          onClose={() => {
            setAsking(undefined)
          }}
        />
      )}
      {asking === 'rename' && (
        <RenameDialog
          name={request.name}
          onClose={() => {
            setAsking(undefined)
          }}
          onName={(name) => {
            void renameRun(run.id, name)
          }}
        />
      )}
      {asking === 'delete' && (
        <DeleteDialog
          name={request.name}
          onClose={() => {
            setAsking(undefined)
          }}
          onDelete={() => {
            void deleteRun(run.id)
          }}
        />
      )}
    </div>
  )
}

/** A run, if it is done: what others can be compared with. */
function useDoneRun(id: string | undefined): RunInfo | undefined {
  const runs = useQuery(api.runs.list.queryOptions())
  return runs.data?.runs.find((run) => run.id === id && run.state === 'done')
}

interface RenameDialogProps {
  readonly name: string
  readonly onClose: () => void
  readonly onName: (name: string) => void
}

function RenameDialog({ name, onClose, onName }: RenameDialogProps) {
  const [text, setText] = useState(name)
  const isName = text.trim() !== '' && text.length <= 200
  return (
    <Modal opened title={texts.runs.rename} closeButtonProps={{ 'aria-label': texts.app.close }} onClose={onClose}>
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

interface DeleteDialogProps {
  readonly name: string
  readonly onClose: () => void
  readonly onDelete: () => void
}

function DeleteDialog({ name, onClose, onDelete }: DeleteDialogProps) {
  return (
    <Modal opened title={texts.runs.delete} closeButtonProps={{ 'aria-label': texts.app.close }} onClose={onClose}>
      <Text size="sm">{texts.runs.deleteWarning(name)}</Text>
      <Group justify="flex-end" mt="sm">
        <Button variant="default" data-autofocus onClick={onClose}>
          {texts.runs.keep}
        </Button>
        <Button
          color="red"
          onClick={() => {
            onDelete()
            onClose()
          }}
        >
          {texts.runs.delete}
        </Button>
      </Group>
    </Modal>
  )
}
