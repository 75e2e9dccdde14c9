import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, queryClient } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { setUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { PickButton } from '../files/PathInput.tsx'

/** Copies a model of the user's, and its card, into the application's folder. */
export function AddModel() {
  const [file, setFile] = useState<string>()
  const [card, setCard] = useState<string>()
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
    <Modal
      opened
      size="lg"
      title={texts.files.modelTitle}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={close}
    >
      <Stack gap="sm">
        <Picked
          kind="model"
          label={texts.model.file}
          title={texts.files.modelTitle}
          path={file}
          onPick={setFile}
        />
        <Picked
          kind="card"
          label={texts.model.cardFile}
          title={texts.files.cardTitle}
          path={card}
          start={file?.replace(/[\\/][^\\/]*$/, '')}
          onPick={setCard}
        />
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
  readonly kind: 'model' | 'card'
  readonly label: string
  readonly title: string
  readonly path: string | undefined
  readonly start?: string | undefined
  readonly onPick: (path: string) => void
}

function Picked({ label, path, ...pick }: PickedProps) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm">{label}</Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {path ?? '—'}
        </Text>
      </div>
      <PickButton {...pick} label={texts.files.chooseFile} />
    </Group>
  )
}
