import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useIntensityQuestion } from '../state/intensity-question.ts'
import { texts } from '../texts.ts'

/** Asks whether a model card is to be applied to images that it does not suit, and names the reasons. */
export function IntensityDialog() {
  const question = useIntensityQuestion((store) => store.question)
  if (question === undefined) return null
  const { reasons, answer } = question
  const cancel = (): void => {
    answer('cancelled')
  }
  return (
    <Modal
      opened
      title={texts.intensity.title}
      closeButtonProps={{ 'aria-label': texts.app.close }}
      onClose={cancel}
    >
      <Stack gap="sm" data-testid="intensity-question">
        {reasons.map(({ message }) => (
          <Text key={message} size="sm">
            {message}
          </Text>
        ))}
        <Text size="sm">{texts.intensity.meaning}</Text>
        <Group justify="flex-end">
          <Button variant="default" data-autofocus onClick={cancel}>
            {texts.app.cancel}
          </Button>
          <Button
            color="orange"
            onClick={() => {
              answer('forced')
            }}
          >
            {texts.intensity.force}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
