import { discBlurred, mapPixels } from '../../math/artefacts.ts'
import { compressed } from '../../model/preprocessing/defences.ts'
import { planeOf } from '../../tensor/image-batch.ts'
import { corruption, scaleOf } from '../methods/corruption.ts'
import { between, eachPlane } from './planes.ts'
import { medMnistC } from './sources.ts'

/** Artefacts of photographs: fundus cameras, endoscopes, dermatoscopes; and of the files that they write. */

const cameraIllumination = corruption({
  name: 'camera-illumination',
  title: 'Camera: illumination',
  summary: 'Not an attack: light that falls off from a spot near the middle, at one of five strengths.',
  equation:
    'x·(1 − s·d² / D²), d the distance from a spot drawn near the middle, D half the diagonal; at least 0',
  source: {
    authors: 'Z. Shen, H. Fu, J. Shen, L. Shao',
    title: 'Modeling and Enhancing Low-Quality Retinal Fundus Images',
    venue: 'IEEE Transactions on Medical Imaging 40:996, 2021',
    identifier: 'arXiv:2005.05594',
  },
  strengths: [0.365, 0.52, 0.74, 0.94, 1.2],
  corrupt: (image, strength, random) => {
    const [down, across] = [between(random, 0.3, 0.7), between(random, 0.3, 0.7)]
    return eachPlane(image, (plane, size) =>
      mapPixels(plane, size, (value, row, column) => {
        const [r, c] = [row - down * size.rows, column - across * size.columns]
        const distance = (4 * (r * r + c * c)) / (size.rows ** 2 + size.columns ** 2)
        return value * Math.max(0, 1 - strength * distance)
      }),
    )
  },
})

const cameraDefocus = corruption({
  name: 'camera-defocus',
  title: 'Camera: defocus',
  summary: 'Not an attack: a lens out of focus, at one of five strengths.',
  equation:
    'the mean over a disc with a radius of 4, 5, 6, 7 or 8 pixels of 224, scaled to the image’s height',
  source: medMnistC,
  strengths: [4, 5, 6, 7, 8],
  corrupt: (image, radius) =>
    eachPlane(image, (plane, size) => discBlurred(plane, size, Math.max(1, radius * scaleOf(image)))),
})

const cameraSpecular = corruption({
  name: 'camera-specular',
  title: 'Camera: specular highlights',
  summary: 'Not an attack: highlights of wet tissue, white as the light, at one of five sizes.',
  equation:
    'x + (1 − x)·max_k exp(−(d_k / s)⁴), twelve places drawn from the whole image; s is a part of the height',
  source: {
    authors: 'M. Arnold, A. Ghosh, S. Ameling, G. Lacey',
    title: 'Automatic Segmentation and Inpainting of Specular Highlights for Endoscopic Imaging',
    venue: 'EURASIP Journal on Image and Video Processing 2010:814319, 2010',
    identifier: 'doi:10.1155/2010/814319',
  },
  strengths: [0.033, 0.054, 0.087, 0.12, 0.17],
  corrupt: (image, radius, random) => {
    const places = Array.from({ length: 12 }, () => [random.open(), random.open()] as const)
    return eachPlane(image, (plane, size) =>
      mapPixels(plane, size, (value, row, column) => {
        const nearest = places.reduce((least, [down, across]) => {
          const distance = Math.hypot(row - down * size.rows, column - across * size.columns)
          return Math.min(least, distance / (radius * size.rows))
        }, Infinity)
        return value + (1 - value) * Math.exp(-(nearest ** 4))
      }),
    )
  },
})

const jpeg = corruption({
  name: 'jpeg',
  title: 'JPEG',
  summary: 'Not an attack: compression with loss, of 8 bits a channel, at one of five qualities.',
  equation: 'a JPEG (ITU-T T.81) of quality 50, 30, 15, 10 or 7, colours not subsampled',
  source: medMnistC,
  strengths: [50, 30, 15, 10, 7],
  corrupt: (image, quality) => {
    const after = compressed(image, quality, true)
    return eachPlane(image, (_, __, at) => planeOf(after, at))
  },
})

export const camera = [cameraIllumination, cameraDefocus, cameraSpecular]

export const ofAnyModality = [jpeg]
