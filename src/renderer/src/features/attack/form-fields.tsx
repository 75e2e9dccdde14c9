import { isRandom } from '../../../../core/model/defence-steps.ts'
import { percent } from '../../../../core/number-texts.ts'
import {
  Accordion,
  Button,
  Group,
  NativeSelect,
  NumberInput,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import type { BudgetReadings } from '../../../../core/image/budget.ts'
import type { ReactNode } from 'react'
import { setUi, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { keepDrawing } from '../../viewer/drawing.ts'
import { regionSize } from '../../viewer/region.ts'
import { changeForm, useAttackForm, type RunForm } from './attack-form.ts'
import {
  budgetText,
  isBelowOneLevel,
  presetText,
  type SettingHelp,
  settingLabel,
  settingProblem,
  sizeReadings,
} from './setting-text.ts'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { faultOf } from '../../api/fault.ts'
import type { AttackSubject } from './start-attack.ts'

/** Where the attack may change the images: everywhere, or in what was drawn. */
export function RegionField() {
  const region = useUi((ui) => ui.region)
  return (
    <div data-testid="region">
      <Text size="xs" fw={600}>
        {texts.attack.region}
      </Text>
      <Text size="xs" c="dimmed">
        {region === undefined
          ? texts.attack.wholeImage
          : texts.attack.someOfImage(percent(regionSize(region).fraction))}
      </Text>
      {region !== undefined && (
        <Button
          mt={4}
          size="compact-xs"
          variant="default"
          onClick={() => {
            setUi({ region: undefined })
            keepDrawing()
          }}
        >
          {texts.attack.clearRegion}
        </Button>
      )}
    </div>
  )
}

interface ToggleProps {
  readonly label: string
  readonly checked: boolean
  readonly onToggle: (isOn: boolean) => void
}

function Toggle({ label, checked, onToggle }: ToggleProps) {
  return (
    <Switch
      size="xs"
      label={label}
      checked={checked}
      onChange={(event) => {
        onToggle(event.currentTarget.checked)
      }}
    />
  )
}

/** What belongs to a run rather than to a method. */
export function RunFields({ form, isOfStacks, isQuantised, defended, onForm }: RunFieldsProps) {
  const { seed, earlyStop, batch, slices, straightThrough = false } = form
  return (
    <>
      <NumberInput
        label={texts.attack.seed}
        value={seed}
        min={0}
        allowDecimal={false}
        onChange={(value) => {
          if (typeof value === 'number') onForm({ seed: value })
        }}
      />
      <Toggle
        label={texts.attack.earlyStop}
        checked={earlyStop}
        onToggle={(isOn) => {
          onForm({ earlyStop: isOn })
        }}
      />
      {isQuantised && (
        <Toggle
          label={texts.attack.straightThrough}
          checked={straightThrough}
          onToggle={(isOn) => {
            onForm({ straightThrough: isOn || undefined })
          }}
        />
      )}
      <DefenceFields form={form} defended={defended} onForm={onForm} />
      <CountField
        label={texts.attack.batch}
        value={batch}
        onCount={(count) => {
          onForm({ batch: count })
        }}
      />
      {isOfStacks && (
        <CountField
          label={texts.attack.slices}
          value={slices}
          onCount={(count) => {
            onForm({ slices: count })
          }}
        />
      )}
    </>
  )
}

interface RunFieldsProps {
  readonly form: RunForm
  /** Whether a model sees neighbouring slices. */
  readonly isOfStacks: boolean
  /** Whether a model's rounding has no gradient unless it is asked for. */
  readonly isQuantised: boolean
  /** The cards of the models, which may have defences. */
  readonly defended: readonly Parameters<typeof isRandom>[0][]
  readonly onForm: (change: Partial<RunForm>) => void
}

/** How gradients take a model's defence, where it has one. */
function DefenceFields({ form, defended, onForm }: Pick<RunFieldsProps, 'form' | 'defended' | 'onForm'>) {
  if (defended.every(({ defence }) => defence === undefined)) return null
  return (
    <>
      {defended.some(isRandom) && (
        <CountField
          label={texts.attack.eot}
          value={form.eot}
          onCount={(count) => {
            onForm({ eot: count })
          }}
        />
      )}
      <Switch
        size="xs"
        label={texts.attack.oblivious}
        checked={form.oblivious ?? false}
        onChange={(event) => {
          onForm({ oblivious: event.currentTarget.checked || undefined })
        }}
      />
    </>
  )
}

/** The name of the run. */
export function NameField() {
  const name = useAttackForm((form) => form.name)
  return (
    <TextInput
      label={texts.attack.runName}
      value={name}
      maxLength={200}
      onChange={(event) => {
        changeForm({ name: event.currentTarget.value })
      }}
    />
  )
}

interface CountFieldProps {
  readonly label: string
  readonly value: number | undefined
  /** Hears undefined of an empty field: the preset. */
  readonly onCount: (count: number | undefined) => void
}

function CountField({ label, value, onCount }: CountFieldProps) {
  return (
    <NumberInput
      label={label}
      placeholder={texts.attack.byDefault}
      value={value ?? ''}
      min={1}
      allowDecimal={false}
      onChange={(count) => {
        onCount(typeof count === 'number' ? count : undefined)
      }}
    />
  )
}

/** Folded away at first. */
export function Advanced({ children }: { readonly children: ReactNode }) {
  return (
    <Accordion variant="contained" chevronPosition="left">
      <Accordion.Item value="advanced">
        <Accordion.Control>
          <Text size="sm">{texts.attack.advanced}</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <Stack gap="sm">{children}</Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  )
}

interface SettingFieldProps {
  readonly setting: SettingHelp
  readonly text: string
  readonly onText: (text: string) => void
}

/** One setting of a method, made of its help. */
export function SettingField({ setting, text, onText }: SettingFieldProps) {
  const { name, explanation, kind, preset, choices } = setting
  const common = { label: settingLabel(name), description: explanation }
  if (kind === 'boolean' || kind === 'choice')
    return (
      <NativeSelect
        size="xs"
        {...common}
        value={text === '' ? presetText(preset) : text}
        data={
          kind === 'choice'
            ? [...choices]
            : [
                { value: 'true', label: texts.attack.yes },
                { value: 'false', label: texts.attack.no },
              ]
        }
        onChange={(event) => {
          onText(event.currentTarget.value)
        }}
      />
    )
  return (
    <TextInput
      {...common}
      value={text}
      placeholder={preset === null ? texts.attack.byDefault : presetText(preset)}
      error={settingProblem(setting, text)}
      inputMode={kind === 'text' ? 'text' : 'decimal'}
      onChange={(event) => {
        onText(event.currentTarget.value)
      }}
    />
  )
}

interface SizeFieldProps {
  readonly setting: SettingHelp
  readonly text: string
  readonly subject: AttackSubject | undefined
  readonly onText: (text: string) => void
}

/** A size of change, given in any unit and shown in all of them for the active image. */
export function SizeField({ setting, text, subject, onText }: SizeFieldProps) {
  const preset = presetText(setting.preset)
  const shown = text.trim() === '' ? preset : text
  const [rested] = useDebouncedValue(shown, 250)
  const { study = '', image = 0, frame = 0, model = '' } = subject ?? {}
  const size = useQuery(
    api.attacks.budget.queryOptions(
      { study, image, frame, model, text: rested },
      { enabled: subject !== undefined && rested !== '', gcTime: 30_000 },
    ),
  )
  return (
    <div>
      <TextInput
        label={settingLabel(setting.name)}
        description={setting.explanation}
        value={text}
        placeholder={preset === '' ? texts.attack.byDefault : preset}
        error={settingProblem(setting, text) ?? (size.isError ? faultOf(size.error)?.message : undefined)}
        spellCheck={false}
        onChange={(event) => {
          onText(event.currentTarget.value)
        }}
      />
      <Readings readings={sizeReadings(setting, text)} onText={onText} />
      {size.data !== undefined && (
        <Text size="xs" mt={3} data-testid={`${setting.name}-in-units`}>
          {budgetText(size.data)}
        </Text>
      )}
      {size.data !== undefined && isBelowOneLevel(size.data) && (
        <Text size="xs" c="var(--app-warning)">
          {texts.attack.belowOneLevel}
        </Text>
      )}
    </div>
  )
}

interface ReadingsProps {
  readonly readings: BudgetReadings | undefined
  readonly onText: (text: string) => void
}

/** Writes a number that stands alone with the unit that is meant. */
function Readings({ readings, onText }: ReadingsProps) {
  if (readings === undefined) return null
  return (
    <Group gap={6} mt={4}>
      {[readings.levels, readings.percent].map((text) => (
        <Button
          key={text}
          size="compact-xs"
          variant="default"
          onClick={() => {
            onText(text)
          }}
        >
          {texts.attack.write(text)}
        </Button>
      ))}
    </Group>
  )
}
