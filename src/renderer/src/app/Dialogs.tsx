import { Button, Code, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { api } from '../api/client.ts'
import { AddModel, EditCard } from '../features/card/CardDialogs.tsx'
import { Measurements } from '../features/measurements/Measurements.tsx'
import { Failures } from '../features/study/Failures.tsx'
import { OpenDialog } from '../features/study/OpenDialog.tsx'
import { TagBrowser } from '../features/study/TagBrowser.tsx'
import { useIntensityQuestion } from '../state/intensity-question.ts'
import type { ShownRun } from '../state/shown-run.ts'
import { closeDialog, useUi } from '../state/ui-store.ts'
import { useRestedSlice } from '../state/use-active-slice.ts'
import { texts } from '../texts.ts'
import { Fault } from '../ui/Fault.tsx'
import { CommandPalette, ShortcutList } from './CommandLists.tsx'
import { Settings } from './settings/Settings.tsx'

/** Read when it is asked for: the documentation is long. */
const Help = lazy(() => import('./help/Help.tsx'))

/** Read when it is asked for: it is rarely. */
const FigureDialog = lazy(() => import('../features/figures/FigureDialog.tsx'))

/** The dialog that is open, if any. */
export function Dialogs({ run }: { readonly run: ShownRun | undefined }) {
  const dialog = useUi((ui) => ui.dialog)
  const active = useRestedSlice()
  switch (dialog) {
    case 'open':
      return <OpenDialog />
    case 'tags':
      return active === undefined ? null : <TagBrowser study={active.study} image={active.image} />
    case 'measurements':
      return <Measurements run={run} />
    case 'figure':
      return (
        <Suspense>
          <FigureDialog />
        </Suspense>
      )
    case 'failures':
      return <Failures />
    case 'shortcuts':
      return <ShortcutList />
    case 'palette':
      return <CommandPalette />
    case 'help':
      return (
        <Suspense>
          <Help />
        </Suspense>
      )
    case 'settings':
      return <Settings />
    case 'add-model':
      return <AddModel />
    case 'edit-card':
      return <EditCard />
    case 'about':
      return <About />
    default:
      return null
  }
}

/** Version, places on disk, and the packages that Radversary is made of. */
function About() {
  const about = useQuery(api.about.queryOptions())
  return (
    <Modal opened size="lg" title={texts.app.about} onClose={closeDialog}>
      <Stack gap="sm">
        <Text size="sm">{texts.app.research}.</Text>
        <Text size="sm">{texts.about.citation}</Text>
        {about.isError && <Fault error={about.error} />}
        {about.data !== undefined && (
          <>
            <Table variant="vertical">
              <Table.Tbody>
                <Row name={texts.about.version} value={about.data.version} />
                <Row name={texts.about.home} value={about.data.home} />
                <Row name={texts.about.logs} value={about.data.logFolder} />
              </Table.Tbody>
            </Table>
            <Text fw={600} size="sm">
              {texts.about.licences}
            </Text>
            <Table>
              <Table.Tbody>
                {about.data.licences.map(({ name, version, licence }) => (
                  <Table.Tr key={`${name}@${version}`}>
                    <Table.Td>{name}</Table.Td>
                    <Table.Td>{version}</Table.Td>
                    <Table.Td>{licence}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
            <LicenceTexts />
          </>
        )}
      </Stack>
    </Modal>
  )
}

/** What a build has written beside the page, when asked for: it is long. */
function LicenceTexts() {
  const [isShown, setShown] = useState(false)
  const notices = useQuery({
    queryKey: ['licence-texts'],
    queryFn: fetchNotices,
    enabled: isShown,
    retry: false,
  })
  if (!isShown)
    return (
      <Button
        variant="default"
        onClick={() => {
          setShown(true)
        }}
      >
        {texts.about.licenceTexts}
      </Button>
    )
  if (notices.isError) return <Text size="sm">{texts.about.noLicenceTexts}</Text>
  return (
    <Code block style={{ whiteSpace: 'pre-wrap' }}>
      {notices.data}
    </Code>
  )
}

async function fetchNotices(): Promise<string> {
  const response = await fetch('/THIRD-PARTY-NOTICES.txt')
  if (!response.ok) throw new Error(response.statusText)
  return response.text()
}

function Row({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Table.Tr>
      <Table.Th w={200}>{name}</Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
    </Table.Tr>
  )
}

/** Asks whether a model card is to be applied to images that it does not suit, and names the reasons. */
export function IntensityDialog() {
  const question = useIntensityQuestion((store) => store.question)
  if (question === undefined) return null
  const { reasons, answer } = question
  const cancel = (): void => {
    answer('cancelled')
  }
  return (
    <Modal opened title={texts.intensity.title} onClose={cancel}>
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
