/** Gives a child of Node's what Electron gives a utility process: `process.parentPort`. */
process.parentPort = {
  on: (_, listener) => process.on('message', (data) => listener({ data })),
  once: (_, listener) => process.once('message', (data) => listener({ data })),
  postMessage: (message) => process.send(message),
}
