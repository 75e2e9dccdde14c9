import { app, protocol } from 'electron'
import { startApplication } from './application.ts'
import { turnNetworkOff } from './no-network.ts'
import { schemes } from './scheme.ts'

app.enableSandbox()
turnNetworkOff(app)
protocol.registerSchemesAsPrivileged(schemes)
if (app.requestSingleInstanceLock()) await startApplication()
else app.quit()
