import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queryClient } from '../../api/client.ts'
import { Fault } from '../../app/Fault.tsx'
import { setUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { FileBrowser } from '../files/FileBrowser.tsx'

/** Copies a model of the user's, and its card, into the application's folder. */
export function AddModel() {
  const [file, setFile] = useState<string>()
  const [card, setCard] = useState<string>()
  const [picking, setPicking] = useState<'file' | 'card' | undefined>('file')
  const close = (): void => {
    setUi({ dialog: undefined })
  }
  const add = useMutation(
    api.models.add.mutationOptions({
      onSuccess: async ({ name }) => {
        await queryClient.invalidateQueries(api.models.list.queryFilter())
        setUi({ model: name, step: 'model' })
        close()
      },
    }),
  )
  return (
    <Modal opened size="lg" title={texts.files.modelTitle} closeButtonProps={{ 'aria-label': texts.app.close }} onClose={close}>
      <Stack gap="sm">
        <Picked
          label={texts.model.file}
          path={file}
          onPick={() => {
            setPicking('file')
          }}
        />
        <Picked
          label={texts.model.cardFile}
          path={card}
          onPick={() => {
            setPicking('card')
          }}
        />
        {picking !== undefined && (
          <FileBrowser
            key={picking}
            pick="file"
            endings={picking === 'file' ? ['.onnx'] : ['.json']}
            start={file?.replace(/[\\/][^\\/]*$/, '')}
            onPick={(path) => {
              if (picking === 'file') setFile(path)
              else setCard(path)
              setPicking(undefined)
            }}
          />
        )}
        <Text size="xs" c="dimmed">
          {texts.model.cardHelp}
        </Text>
        {add.isError && <Fault error={add.error} />}
        <Group justify="flex-end">
          <Button
            disabled={file === undefined}
            loading={add.isPending}
            onClick={() => {
              if (file !== undefined) add.mutate({ file, ...(card === undefined ? {} : { card }) })
            }}
          >
            {texts.model.addIt}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface PickedProps {
  readonly label: string
  readonly path: string | undefined
  readonly onPick: () => void
}

function Picked({ label, path, onPick }: PickedProps) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm">{label}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {path ?? '—'}
        </Text>
      </div>
      <Button variant="default" style={{ flex: 'none' }} onClick={onPick}>
        {texts.files.chooseFile}
      </Button>
    </Group>
  )
}
