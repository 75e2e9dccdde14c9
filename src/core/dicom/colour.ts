import { RadversaryError } from '../errors.ts'

/** What a photometric interpretation asks of the decoder. */
export type ColourModel = 'monochrome' | 'rgb' | 'ybr' | 'palette'

const colourModels: Readonly<
  Record<string, { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 }>
> = {
  MONOCHROME1: { model: 'monochrome', samplesPerPixel: 1 },
  MONOCHROME2: { model: 'monochrome', samplesPerPixel: 1 },
  'PALETTE COLOR': { model: 'palette', samplesPerPixel: 1 },
  RGB: { model: 'rgb', samplesPerPixel: 3 },
  YBR_FULL: { model: 'ybr', samplesPerPixel: 3 },
  YBR_FULL_422: { model: 'ybr', samplesPerPixel: 3 },
  YBR_ICT: { model: 'ybr', samplesPerPixel: 3 },
  YBR_RCT: { model: 'ybr', samplesPerPixel: 3 },
}

/** The photometric interpretations that `decodeFrame` reads. */
export const readablePhotometricInterpretations: readonly string[] = Object.keys(colourModels)

/**
 * @throws RadversaryError dicom-unsupported, naming the photometric interpretation, for one that we don't
 * read.
 */
export function colourModelOf(
  {
    photometricInterpretation,
    samplesPerPixel,
  }: { readonly photometricInterpretation: string | undefined; readonly samplesPerPixel: number },
  file: string | undefined,
): { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 } {
  const known = colourModels[photometricInterpretation ?? '']
  if (known?.samplesPerPixel === samplesPerPixel) return known
  throw new RadversaryError(
    'dicom-unsupported',
    `Photometric interpretation ${nameInMessage(photometricInterpretation)}: expected one of ${readablePhotometricInterpretations.join(', ')} ` +
      `with its samples per pixel, got ${samplesPerPixel} samples of this one`,
    { tip: 'Convert the image to RGB or MONOCHROME2 and open that.', file },
  )
}

/** A damaged header may have anything for its photometric interpretation; only what may be one is named. */
export function nameInMessage(photometricInterpretation: string | undefined): string {
  if (photometricInterpretation === undefined) return '(none)'
  return /^[A-Z0-9_ ]{1,16}$/.test(photometricInterpretation) ? photometricInterpretation : '(damaged)'
}
