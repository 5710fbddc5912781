import type { Command } from 'commander'
import type { Action } from '../../cli.ts'
import { addCertificate } from './certificate.ts'
import { addClaim } from './claim.ts'
import { addDisputes } from './disputes.ts'
import { addLicences } from './licences.ts'
import { addOwners } from './owners.ts'
import { addSearch } from './search.ts'
import { addShow } from './show.ts'

/** Everything about works and who they belong to. */
export function addRights(program: Command, action: Action): void {
  const rights = program
    .command('rights')
    .description('claim works, find copies, sell licences, settle disputes, prove it offline')
    .addHelpText(
      'after',
      `
The chain keeps who claimed which work first, by fingerprints (ISCC, ISO 24138) that small changes leave alike. It compares
them; it does not judge who made a work. A later copy can be challenged, and jurors decide when its owner objects.

Examples:
  cess rights search photo.jpg
  cess rights claim photo.jpg --title "Harbour at night" --file FID
  cess rights license 3 --id CC-BY-NC-4.0 --fee 10 --derivatives --royalty 5 --access 3/5
  cess rights buy 3 0
  cess rights certificate 3 -o harbour.json
  cess rights verify harbour.json`,
    )
  addClaim(rights, action)
  addShow(rights, action)
  addSearch(rights, action)
  addLicences(rights, action)
  addOwners(rights, action)
  addDisputes(rights, action)
  addCertificate(rights, action)
}
