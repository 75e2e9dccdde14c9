import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../api/client.ts'
import { patientText } from '../features/study/tree.ts'

interface FrameAddress {
  readonly study: string
  readonly image: number
  readonly frame: number
}

/**
 * Corner texts and orientation of a picture. They follow when scrolling rests: a request for each picture
 * would slow it.
 */
export function useDetails(address: FrameAddress): {
  readonly lines: readonly string[]
  readonly orientation: readonly number[] | undefined
} {
  const [rested] = useDebouncedValue(`${address.image} ${address.frame}`, 120, { leading: true })
  const [image = 0, frame = 0] = rested.split(' ').map(Number)
  const details = useQuery(
    api.studies.image.queryOptions(
      { study: address.study, image, frame },
      { placeholderData: keepPreviousData },
    ),
  )
  if (details.data === undefined) return { lines: [], orientation: undefined }
  const { patient, modality, seriesDescription, orientation } = details.data
  const lines = [
    patientText(patient),
    [modality, seriesDescription].filter((part) => part !== null).join(' '),
  ]
  return { lines: lines.filter((line) => line !== ''), orientation: orientation?.flat() }
}
