import { decodeCompressed } from '../../core/dicom/codecs.ts'
import type { AttackHooks } from '../attack/attack-hooks.ts'
import type { AttackRequest } from '../attack/attack-run.ts'
import { attackStudy } from '../attack/attack-study.ts'
import { compareStudy } from '../compare/compare-study.ts'
import { predictStudy } from '../predict/predict-study.ts'
import { verifyExport } from '../verify/verify-export.ts'
import { checkDevice } from './check-device.ts'
import { inputGradient } from './models/input-gradient.ts'
import { keepModel, readModelAbout } from './models/model-about.ts'

/**
 * What the engine does on threads of its own: whatever computes for longer than a page should wait for a
 * image.
 */
export const engineTasks = {
  /** One attack from its request to its end. */
  attack: async (request: AttackRequest, hooks: AttackHooks): Promise<void> => {
    await attackStudy(request, hooks)
  },
  compare: compareStudy,
  predict: predictStudy,
  verify: verifyExport,
  checkDevice,
  inputGradient,
  readModelAbout,
  keepModel,
  decompress: decodeCompressed,
}
