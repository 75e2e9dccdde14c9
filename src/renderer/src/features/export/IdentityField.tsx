import { Checkbox, Radio, Stack, Text } from '@mantine/core'
import { identityChoices } from '../../../../core/spec/presets.ts'
import { texts } from '../../texts.ts'
import { PathInput } from '../files/PathInput.tsx'
import { type ExportIdentity, offeredOptions } from './export-identity.ts'

interface IdentityFieldProps {
  readonly identity: ExportIdentity
  readonly onChange: (identity: ExportIdentity) => void
}

/** What becomes of the patient's identity: asked before anything is written. */
export function IdentityField({ identity, onChange }: IdentityFieldProps) {
  const { choice, options, pseudonyms } = identity
  return (
    <Radio.Group
      label={texts.export.identity}
      value={choice}
      onChange={(value) => {
        const chosen = identityChoices.find((each) => each === value)
        if (chosen !== undefined) onChange({ ...identity, choice: chosen })
      }}
    >
      <Stack gap={4} mt={4}>
        {identityChoices.map((each) => (
          <Radio key={each} size="xs" value={each} label={texts.export.identityChoices[each]} />
        ))}
        {choice === 'keep' ? (
          <Text size="xs" c="var(--app-warning)" data-testid="identity-kept">
            {texts.export.identityKept}
          </Text>
        ) : (
          <Checkbox.Group
            label={texts.export.profileOptions}
            value={[...options]}
            onChange={(values) => {
              onChange({ ...identity, options: offeredOptions.filter((each) => values.includes(each)) })
            }}
          >
            <Stack gap={4} mt={4}>
              {offeredOptions.map((each) => (
                <Checkbox key={each} size="xs" value={each} label={texts.export.offeredOptions[each]} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {choice === 'pseudonyms' && (
          <PathInput
            size="xs"
            label={texts.export.pseudonyms}
            value={pseudonyms}
            pick={{ kind: 'labels', title: texts.export.pseudonymsTitle }}
            onChange={(path) => {
              onChange({ ...identity, pseudonyms: path })
            }}
          />
        )}
      </Stack>
    </Radio.Group>
  )
}
