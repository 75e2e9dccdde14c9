import { Checkbox, Modal, NumberInput, SegmentedControl, Select, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Settings as SettingsType } from '../../../../engine/server/settings-file.ts'
import { api } from '../../api/client.ts'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { closeDialog } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { Keys } from './Keys.tsx'

/** Everything that the user can set; a change holds at once. */
export function Settings() {
  const settings = useSettings()
  return (
    <Modal opened size="lg" title={texts.settings.title} onClose={closeDialog}>
      {settings !== undefined && (
        <Stack gap="lg" data-testid="settings">
          <Appearance settings={settings} />
          <Section title={texts.settings.start}>
            <Checkbox
              label={texts.settings.restore}
              checked={settings.restoreSession}
              onChange={(event) => void changeSettings({ restoreSession: event.currentTarget.checked })}
            />
          </Section>
          <Computing settings={settings} />
          <Folders />
          <Section title={texts.settings.keys}>
            <Keys moved={settings.keys} />
          </Section>
        </Stack>
      )}
    </Modal>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={3} size="sm">
        {title}
      </Title>
      {children}
    </Stack>
  )
}

interface SectionProps {
  readonly settings: SettingsType
}

function Appearance({ settings: { theme, textSize } }: SectionProps) {
  return (
    <Section title={texts.settings.appearance}>
      <Choice
        label={texts.settings.theme}
        value={theme}
        options={texts.settings.themes}
        onChange={(value) => void changeSettings({ theme: value })}
      />
      <Text size="xs" c="dimmed">
        {texts.settings.themeText}
      </Text>
      <Choice
        label={texts.settings.textSize}
        value={textSize}
        options={texts.settings.textSizes}
        onChange={(value) => void changeSettings({ textSize: value })}
      />
    </Section>
  )
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: Readonly<Record<Value, string>>
  readonly onChange: (value: Value) => void
}

/** One of a few, all in sight. */
function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const values = Object.keys(options) as Value[]
  return (
    <div>
      <Text size="xs" mb={4}>
        {label}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={label}
        value={value}
        data={values.map((each) => ({ value: each, label: options[each] }))}
        onChange={(chosen) => {
          const known = values.find((each) => each === chosen)
          if (known !== undefined) onChange(known)
        }}
      />
    </div>
  )
}

/** Every device that can be set, by what it is called here. */
const deviceNames: Readonly<Record<SettingsType['device'], string>> = {
  auto: texts.settings.autoDevice,
  cuda: 'cuda',
  dml: 'dml',
  coreml: 'coreml',
  webgpu: 'webgpu',
  cpu: 'cpu',
}
const devices = Object.keys(deviceNames) as SettingsType['device'][]
const bytesInMegabyte = 2 ** 20

function Computing({ settings: { device, threads, cacheBytes } }: SectionProps) {
  const inUse = useQuery(api.device.list.queryOptions()).data
  return (
    <Section title={texts.settings.computing}>
      <Select
        label={texts.settings.device}
        description={inUse && texts.settings.deviceInUse(texts.device.on(inUse.name, inUse.threads))}
        value={device}
        data={devices.map((value) => ({ value, label: deviceNames[value] }))}
        onChange={(value) => {
          const known = devices.find((each) => each === value)
          if (known !== undefined) void changeSettings({ device: known })
        }}
      />
      <CountInput
        label={texts.settings.threads}
        placeholder={texts.settings.autoThreads}
        value={threads}
        max={1024}
        onChange={(value) => void changeSettings({ threads: value })}
      />
      <CountInput
        label={texts.settings.cache}
        placeholder={texts.settings.autoCache}
        value={cacheBytes === null ? null : Math.round(cacheBytes / bytesInMegabyte)}
        max={2 ** 20}
        onChange={(value) =>
          void changeSettings({ cacheBytes: value === null ? null : value * bytesInMegabyte })
        }
      />
    </Section>
  )
}

interface CountInputProps {
  readonly label: string
  /** What an empty field means. */
  readonly placeholder: string
  readonly value: number | null
  readonly max: number
  readonly onChange: (value: number | null) => void
}

/** A whole number from 1, or nothing; it holds when the field is left, or Enter is pressed. */
function CountInput({ label, placeholder, value, max, onChange }: CountInputProps) {
  const commit = (text: string): void => {
    const number = text.trim() === '' ? null : Number(text)
    if (number === value || (number !== null && !(Number.isInteger(number) && number >= 1))) return
    onChange(number === null ? null : Math.min(number, max))
  }
  return (
    <NumberInput
      key={String(value)}
      label={label}
      placeholder={placeholder}
      defaultValue={value ?? ''}
      min={1}
      max={max}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=""
      onBlur={(event) => {
        commit(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit(event.currentTarget.value)
      }}
    />
  )
}

function Folders() {
  const about = useQuery(api.about.queryOptions())
  return (
    <Section title={texts.settings.folders}>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {texts.settings.workspace}: {about.data?.home}
      </Text>
      <Text size="xs" c="dimmed">
        {texts.settings.workspaceText}
      </Text>
    </Section>
  )
}
