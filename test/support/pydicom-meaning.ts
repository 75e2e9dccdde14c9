import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What pydicom says of one file: its place, and what the values of its first frame mean. */
export interface PydicomMeaning {
  /** Image Position (Patient) along the normal of the slice, in mm; null where the file has none. */
  readonly along: number | null
  readonly instanceNumber: number | null
  readonly unit: string | null
  readonly windows: readonly (readonly [center: number, width: number, explanation: string | null])[]
  readonly padding: number | null
  /** Smallest, largest value and sum after the modality LUT. */
  readonly modality: readonly [number, number, number]
}

/** Functional groups are looked up where a frame has them. */
const readMeaning = `
import json, sys, warnings
warnings.simplefilter('ignore')
import numpy, pydicom
from pydicom.pixel_data_handlers.util import apply_modality_lut
from pydicom.multival import MultiValue
def many(value): return [] if value is None or value == '' else list(value) if isinstance(value, MultiValue) else [value]
def group(d, name):
    for groups in ('PerFrameFunctionalGroupsSequence', 'SharedFunctionalGroupsSequence'):
        if groups in d and name in d[groups].value[0]: return d[groups].value[0][name].value[0]
    return d
answers = []
for path in sys.argv[1:]:
    d = pydicom.dcmread(path)
    position = group(d, 'PlanePositionSequence').get('ImagePositionPatient')
    orientation = group(d, 'PlaneOrientationSequence').get('ImageOrientationPatient')
    along = None
    if position is not None and orientation is not None:
        o = numpy.array(orientation, dtype=float)
        along = float(numpy.dot(numpy.cross(o[:3], o[3:]), numpy.array(position, dtype=float)))
    voi, rescale = group(d, 'FrameVOILUTSequence'), group(d, 'PixelValueTransformationSequence')
    explanations = many(voi.get('WindowCenterWidthExplanation'))
    windows = [[float(c), float(w), str(explanations[i]) if i < len(explanations) else None]
        for i, (c, w) in enumerate(zip(many(voi.get('WindowCenter')), many(voi.get('WindowWidth'))))]
    unit = d.ModalityLUTSequence[0].get('ModalityLUTType') if 'ModalityLUTSequence' in d else rescale.get('RescaleType')
    pixels = d.pixel_array
    first = pixels[0] if int(d.get('NumberOfFrames', 1) or 1) > 1 else pixels
    meaning = apply_modality_lut(first, d if 'ModalityLUTSequence' in d else rescale).astype(float)
    answers.append(dict(along=along, instanceNumber=d.get('InstanceNumber'), unit=unit, windows=windows,
        padding=d.get('PixelPaddingValue'), modality=[float(meaning.min()), float(meaning.max()), float(meaning.sum())]))
print(json.dumps(answers))
`

export async function pydicomMeanings(files: readonly string[]): Promise<PydicomMeaning[]> {
  const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', readMeaning, ...files])
  return JSON.parse(stdout) as PydicomMeaning[]
}
