import { JsonReader } from '../../machines/json-reader.ts';
import { ArmError, badRequest } from '../domain/arm-error.ts';
import type { MachineSpec } from '../domain/resource.ts';

const CUSTOM_DATA_BYTES_MAX = 65_535;
const deleteOptions = ['Delete', 'Detach'] as const;

/** The body of a PUT of a virtual machine, as far as it is known here. */
export function readMachineSpec(body: unknown): MachineSpec {
  const root = new JsonReader(body);
  const properties = root.part('properties');
  const isSpot = properties.oneOf('priority', ['Regular', 'Low', 'Spot']) === 'Spot';
  const spec: MachineSpec = {
    location: root.text('location'),
    tags: root.texts('tags'),
    vmSize: properties.part('hardwareProfile').text('vmSize'),
    spot: isSpot,
    identityIds: readIdentities(root),
    disk: readDisk(properties.part('storageProfile')),
    nic: readNetwork(properties.part('networkProfile')),
    customData: readOs(properties.part('osProfile')),
  };
  readSpot(properties, isSpot);
  root.finish();
  return spec;
}

function readIdentities(root: JsonReader): readonly string[] {
  const identity = root.optionalPart('identity');
  if (identity === undefined) return [];
  identity.oneOf('type', ['UserAssigned']);
  const assigned = identity.raw('userAssignedIdentities') ?? {};
  return Object.keys(assigned);
}

function readDisk(storage: JsonReader): MachineSpec['disk'] {
  const image = storage.part('imageReference');
  for (const name of ['publisher', 'offer', 'sku', 'version']) image.text(name);
  const disk = storage.part('osDisk');
  if (disk.text('createOption') !== 'FromImage') throw badRequest('osDisk.createOption');
  const caching = disk.oneOf('caching', ['None', 'ReadOnly', 'ReadWrite']);
  const local = disk.optionalPart('diffDiskSettings');
  local?.oneOf('option', ['Local']);
  local?.oneOf('placement', ['CacheDisk', 'ResourceDisk', 'NvmeDisk']);
  if (local !== undefined && caching !== 'ReadOnly') {
    const text = 'OS ephemeral disk is supported for VMs with ReadOnly caching only.';
    throw new ArmError(400, 'InvalidParameter', text);
  }
  disk.optionalPart('managedDisk')?.optional('storageAccountType');
  return {
    name: disk.text('name'),
    // by the API and the CLI, what is not said to be deleted stays
    deleteOption: disk.oneOf('deleteOption', deleteOptions) ?? 'Detach',
    ephemeral: local !== undefined,
  };
}

function readNetwork(network: JsonReader): MachineSpec['nic'] {
  network.text('networkApiVersion');
  const [nic, ...more] = network.list('networkInterfaceConfigurations');
  if (nic === undefined || more.length > 0) throw badRequest('one interface is expected');
  const properties = nic.part('properties');
  properties.flag('primary');
  properties.optionalPart('networkSecurityGroup')?.text('id');
  const [ip] = properties.list('ipConfigurations');
  if (ip === undefined) throw badRequest('an interface has an ipConfiguration');
  ip.text('name');
  const ipProperties = ip.part('properties');
  ipProperties.flag('primary');
  return {
    name: nic.text('name'),
    tags: nic.texts('tags'),
    deleteOption: properties.oneOf('deleteOption', deleteOptions) ?? 'Detach',
    subnetId: ipProperties.part('subnet').text('id'),
  };
}

/** @returns the custom data */
function readOs(os: JsonReader): Uint8Array | undefined {
  const name = os.text('computerName');
  if (!/^[a-zA-Z0-9-]{1,64}$/.test(name)) {
    throw new ArmError(400, 'InvalidParameter', `Linux host name '${name}' is invalid`);
  }
  os.text('adminUsername');
  const linux = os.part('linuxConfiguration');
  if (linux.flag('disablePasswordAuthentication') !== true) {
    throw new ArmError(400, 'InvalidParameter', "Required parameter 'adminPassword' is missing");
  }
  const keys = linux.part('ssh').list('publicKeys');
  if (keys.length === 0) throw badRequest('a key is needed');
  for (const key of keys) {
    key.text('path');
    if (!/^ssh-(rsa|ed25519) /.test(key.text('keyData'))) throw badRequest('ssh public key');
  }
  const encoded = os.optional('customData');
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') === encoded && bytes.byteLength <= CUSTOM_DATA_BYTES_MAX) {
    return bytes;
  }
  throw new ArmError(400, 'InvalidParameter', "Custom data in 'osProfile' is invalid");
}

function readSpot(properties: JsonReader, isSpot: boolean): void {
  const policy = properties.oneOf('evictionPolicy', ['Deallocate', 'Delete']);
  const maxPrice = properties.optionalPart('billingProfile')?.raw('maxPrice');
  if (maxPrice !== undefined && typeof maxPrice !== 'number') throw badRequest('maxPrice');
  if (!isSpot && (policy !== undefined || maxPrice !== undefined)) {
    const text = 'Eviction policy and max price can be set for Azure Spot Virtual Machines only.';
    throw new ArmError(400, 'InvalidParameter', text);
  }
  if (isSpot && policy !== 'Delete') throw badRequest('only eviction by deletion is known here');
}
