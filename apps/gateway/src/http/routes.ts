import { createSemaphore, type Semaphore } from '../limits/semaphore.ts'
import { healthRoute, type StatusDeps, statusRoute } from '../status.ts'
import { beginningRoute } from './beginning.ts'
import { createDownload, type DownloadDeps } from './downloads.ts'
import {
  type InformationDeps,
  listRoute,
  locationRoute,
  metadataRoute,
  versionRoute,
} from './information.ts'
import { type RemoveDeps, removeRoute } from './remove.ts'
import { createResume, createResumeStatus } from './resume.ts'
import {
  certificateRoute,
  type RightsDeps,
  searchRoute,
  verifierRoute,
  workRoute,
} from './rights.ts'
import type { Route } from './router.ts'
import { linkRoute, type ShareDeps, shareRoute } from './share.ts'
import { createUpload, type UploadDeps } from './uploads.ts'

export type RoutesDeps = UploadDeps &
  InformationDeps &
  RemoveDeps &
  Pick<DownloadDeps, 'reader' | 'slots'> &
  Pick<ShareDeps, 'client' | 'proxy'> &
  Pick<RightsDeps, 'rights'> &
  Pick<StatusDeps, 'heads' | 'registered'> & {
    /** Memory of fragments on their way to miners. */
    readonly placing: Semaphore
  }

/** Everything that the gateway answers to. */
export function routesOf(deps: RoutesDeps): readonly Route[] {
  const { config, clock } = deps.ctx
  const { memoryBytes } = config.limits
  const reading = { ...deps, memory: createSemaphore(memoryBytes), memoryBytes }
  const status = { ...deps, downloads: deps.slots, memory: deps.placing, started: clock.now() }
  const upload = createUpload(deps)
  const download = createDownload(reading, 'attachment')
  return [
    ['PUT', '/file', upload],
    ['PUT', '/object/:name', upload],
    ['PUT', '/resume/:name', createResume(deps, upload)],
    ['HEAD', '/resume/:name', createResumeStatus(deps)],
    ['GET HEAD', '/file/download/:fid', download],
    ['GET HEAD', '/download/:fid', download],
    ['GET HEAD', '/:fid/download', download],
    ['GET HEAD', '/file/open/:fid', createDownload(reading, 'inline')],
    ['GET', '/file/beginning/:fid', beginningRoute(reading)],
    ['GET', '/file/metadata/:fid', metadataRoute(deps)],
    ['GET', '/file/location/:fid', locationRoute(deps)],
    ['GET', '/file/list', listRoute(deps)],
    ['DELETE', '/file/:fid', removeRoute(deps)],
    ['POST', '/share/:proxy', shareRoute(deps)],
    ['GET', '/shared/:fid', linkRoute()],
    ['GET', '/rights/search', searchRoute(deps)],
    ['GET', '/rights/works/:work', workRoute(deps)],
    ['GET', '/rights/certificate/:work', certificateRoute(deps)],
    ['GET', '/rights/verify', verifierRoute()],
    ['GET', '/version', versionRoute(deps)],
    ['GET HEAD', '/health', healthRoute(status)],
    ['GET', '/status', statusRoute(status)],
  ]
}
