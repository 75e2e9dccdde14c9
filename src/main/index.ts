import { app, protocol } from 'electron'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { keepFilesPrivate } from '../shared/private-files.ts'
import { startApplication } from './application.ts'
import { turnNetworkOff } from './guard.ts'
import { schemes } from './scheme.ts'

keepInspectorShut(process)
keepFilesPrivate(process)
app.enableSandbox()
turnNetworkOff(app)
protocol.registerSchemesAsPrivileged(schemes)
if (app.requestSingleInstanceLock()) await startApplication()
else app.quit()
