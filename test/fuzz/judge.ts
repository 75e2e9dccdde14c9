import { fileLanes, outcomeIn, type FileLaneName } from './file-lanes.ts'

/**
 * A process of its own that takes files as a user's process would, since a file may end it or never let it
 * go on: node judge.ts LANE FOLDER. Each message is a file's path; the answer is how it was taken.
 */
const [name = '', folder = ''] = process.argv.slice(2)
const lane = fileLanes[name as FileLaneName]
process.on('message', (file: string) => {
  void outcomeIn(lane, file, folder).then((outcome) => process.send?.(outcome))
})
process.send?.('ready')
