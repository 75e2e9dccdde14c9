import { z } from 'zod'
import { halfToEven } from '../../math/rounding.ts'
import { bytesOfPictures, optional, said, type SidecarReader, type SidecarReading } from './sidecar.ts'

const extent = z.int().positive()

const config = z.object({
  architecture: z.string(),
  label_names: optional(z.array(z.string())),
  pretrained_cfg: z.object({
    input_size: z.tuple([extent, extent, extent]).optional(),
    test_input_size: optional(z.tuple([extent, extent, extent])),
    interpolation: z.string().optional(),
    crop_pct: z.number().positive().nullish(),
    test_crop_pct: z.number().positive().nullish(),
    crop_mode: z.string().nullish(),
    mean: z.array(z.number()).optional(),
    std: z.array(z.number()).optional(),
  }),
})
type Config = z.output<typeof config>

const interpolations: Readonly<Record<string, string>> = {
  nearest: 'nearest-pillow',
  bilinear: 'bilinear-antialiased',
  bicubic: 'bicubic-antialiased',
  lanczos: 'lanczos-antialiased',
}

/** timm's config.json: the evaluation transform that `create_transform` makes of it. */
export const timm: SidecarReader = {
  files: ['config.json'],
  read: (files) => {
    const given = config.safeParse(files['config.json']).data
    return given === undefined ? undefined : reading(given)
  },
}

function reading({ pretrained_cfg: cfg, label_names: labels }: Config): SidecarReading {
  const at = (place: string) => `config.json: pretrained_cfg.${place}`
  const [channels, rows, columns] = cfg.input_size ?? []
  const { fit, note } = fitOf(cfg)
  const size = rows === undefined ? undefined : [rows, columns]
  return {
    fields: [
      ...said('input.channels', channels, at('input_size')),
      ...said('input.size', size, at('input_size')),
      ...said('intensity', bytesOfPictures, at('input_size (8-bit pictures)')),
      ...said('fit', fit, at('crop_pct, crop_mode')),
      ...said('interpolation', interpolations[cfg.interpolation ?? ''], at('interpolation')),
      ...said('rounding', 'uint8', at('interpolation (Pillow)')),
      ...said('mean', cfg.mean, at('mean')),
      ...said('std', cfg.std, at('std')),
      ...said('output.classes', labels, 'config.json: label_names'),
      ...said(
        'output.activation',
        labels === undefined || labels.length < 2 ? undefined : 'softmax',
        'config.json: label_names',
      ),
    ],
    notes: [
      ...(note === undefined ? [] : [note]),
      ...(cfg.test_input_size === undefined
        ? []
        : [
            `config.json: images of ${cfg.test_input_size.slice(1).join('x')} are tested with, crop_pct ${cfg.test_crop_pct ?? 1}; proposed is what training had`,
          ]),
    ],
  }
}

/** The shorter side is resized to the frame's divided by the part that the crop keeps. */
function fitOf({
  input_size: input,
  crop_pct: part,
  crop_mode: mode,
  mean,
}: Config['pretrained_cfg']): ReadFit {
  if (input === undefined) return {}
  const [, rows, columns] = input
  const kept = part ?? 0.875
  if ((mode ?? 'center') === 'center' && rows === columns)
    return { fit: { kind: 'centre-crop', shorterSide: Math.floor(rows / kept) } }
  if (mode === 'squash' && kept === 1) return { fit: { kind: 'stretch' } }
  const padValue = paddingOf(mean)
  if (mode === 'border' && kept === 1 && padValue !== undefined)
    return { fit: { kind: 'letterbox', padValue } }
  const colour = mode === 'border' && padValue === undefined ? ' that pads in colour' : ''
  return {
    note: `config.json: crop_mode ${mode ?? 'center'}${colour} of ${rows}x${columns} with crop_pct ${kept} can't be said in a card`,
  }
}

interface ReadFit {
  readonly fit?: object
  readonly note?: string
}

/** Borders are of the mean in 8 bits; undefined where that is a colour. */
function paddingOf(mean: readonly number[] = []): number | undefined {
  const levels = new Set(mean.map((value) => halfToEven(255 * value)))
  const [level] = levels
  return level === undefined || levels.size > 1 ? undefined : level / 255
}
