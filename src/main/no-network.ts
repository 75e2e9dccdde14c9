import type { App } from 'electron'

/**
 * Chromium's own traffic, which no session sees: names are not resolved, and what would fetch by itself is
 * off.
 */
export function turnNetworkOff(app: App): void {
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND')
  for (const name of [
    'disable-background-networking',
    'disable-component-update',
    'disable-domain-reliability',
    'no-pings',
    'disable-breakpad',
  ])
    app.commandLine.appendSwitch(name)
  app.commandLine.appendSwitch('webrtc-ip-handling-policy', 'disable_non_proxied_udp')
}
