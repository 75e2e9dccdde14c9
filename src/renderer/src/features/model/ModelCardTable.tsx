import { Alert, Table, Text } from '@mantine/core'
import type { ModelInfo } from '../../../../engine/server/models/model-registry.ts'
import { texts } from '../../texts.ts'
import { defenceText } from '../../../../core/model/defence-steps.ts'
import { answerNames } from '../../state/card-answers.ts'
import { fitText, inputText, normalisationText, rangeText } from './card-text.ts'

/** What a model's card says, in words. */
export function ModelCardTable({
  model: { card, form, notices, proposed, references, sha256 },
}: {
  readonly model: ModelInfo
}) {
  const { classes, unit } = answerNames(card.output)
  const rows: readonly (readonly [string, string | undefined])[] = [
    [texts.model.task, card.task],
    [texts.model.input, inputText(card.input)],
    [texts.model.intensity, rangeText(card)],
    [texts.model.normalisation, normalisationText(card)],
    [texts.model.fit, fitText(card)],
    [texts.model.defence, card.defence?.map(defenceText).join('; ')],
    [
      form.target.kind === 'value' ? texts.model.value : texts.model.classes,
      classes.join(', ') + (unit === '' ? '' : `, ${unit}`),
    ],
    [texts.model.source, card.provenance.source],
    [texts.model.licence, card.provenance.licence],
    [texts.model.runtime, notices.length === 0 ? undefined : notices.join(' ')],
    [texts.model.references, references?.sentence ?? texts.model.noReferences],
    [texts.model.hash, `${sha256.slice(0, 16)}…`],
  ]
  return (
    <>
      <Table variant="vertical" aria-label={texts.model.card}>
        <Table.Tbody>
          {rows
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w={84}>{name}</Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
        </Table.Tbody>
      </Table>
      {proposed.length > 0 && (
        <Alert color="orange" variant="light" p="xs">
          <Text size="xs">{texts.model.proposed(proposed.join(', '))}</Text>
        </Alert>
      )}
    </>
  )
}
