// The layer table of ARCHITECTURE.md, as rules. scripts/check-layers.ts runs
// them; test/layers proves that each one bites.
const programs = '(controller|proxy-agent|archiver-appliance)';
const ours = '^(shared|controller|proxy-agent|archiver-appliance|cli|simulator|test|scripts)/';
const notTests = '\\.(test|contract|e2e)\\.ts$';

const sharedFolder = (folders, allowed) => ({
  name: `shared-${folders.replaceAll('|', '-')}`,
  comment: `shared/src/{${folders}} may import ${allowed.join(', ') || 'nothing of ours'} and itself.`,
  severity: 'error',
  from: { path: `^shared/src/(${folders})/`, pathNot: notTests },
  to: {
    path: ours,
    pathNot: ['^shared/src/$1/', ...allowed.map((folder) => `^shared/src/${folder}`)],
  },
});

const oneHome = (vendor, homes) => ({
  name: `one-home-${vendor.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '')}`,
  comment: `${vendor} is imported in its home folder only: ${homes.join(', ')}.`,
  severity: 'error',
  from: { pathNot: [...homes.map((home) => `^${home}`), notTests, '^test/', '/test/'] },
  to: { path: `node_modules/${vendor}` },
});

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle of value imports makes two files one: cut it.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    sharedFolder('errors|gen|memory|storage-class', []),
    sharedFolder('time|observe|config|lifecycle', ['errors/', 'time/clock\\.ts$']),
    sharedFolder('repository', ['errors/', 'memory/', 'storage-class/']),
    sharedFolder('compute', [
      'errors/',
      'memory/',
      'repository/(ports|batch-compute|segment/frame|segment/frame-batch)\\.ts$',
    ]),
    sharedFolder('key-service', ['errors/', 'repository/header/key-service\\.ts$']),
    sharedFolder('object-store', [
      'errors/',
      'memory/',
      'time/',
      'lifecycle/',
      'observe/',
      'gen/',
      'storage-class/',
      'repository/ports\\.ts$',
      'repository/immutability/',
    ]),
    sharedFolder('bus|rpc', ['errors/', 'time/', 'observe/', 'gen/', 'storage-class/']),
    sharedFolder('rest', ['errors/', 'storage-class/']),
    sharedFolder('prices', ['errors/', 'storage-class/']),
    sharedFolder('services', ['errors/', 'time/', 'lifecycle/']),
    {
      name: 'repository-is-pure',
      comment: 'The format declares its own ports and touches neither Node nor a vendor.',
      severity: 'error',
      from: { path: '^shared/src/repository/', pathNot: notTests },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'domain holds pure functions and types: no Node, no vendor, no other layer.',
      severity: 'error',
      from: { path: `^${programs}/src/domain/`, pathNot: notTests },
      to: { pathNot: ['^$1/src/domain/', '^shared/src/(errors|repository|storage-class)/'] },
    },
    {
      name: 'ports-know-domain-only',
      comment: 'ports describe what app needs, in words of the domain and of shared.',
      severity: 'error',
      from: { path: `^${programs}/src/ports/`, pathNot: notTests },
      to: { pathNot: ['^$1/src/(domain|ports)/', '^shared/src/'] },
    },
    {
      name: 'app-reaches-the-world-through-ports',
      comment: 'app imports domain, ports and shared; never an adapter, an api, Node or a vendor.',
      severity: 'error',
      from: { path: `^${programs}/src/app/`, pathNot: notTests },
      to: { pathNot: ['^$1/src/(app|domain|ports)/', '^shared/src/'] },
    },
    {
      name: 'app-takes-no-adapter-of-shared',
      comment: 'Adapters of shared are built in main.ts and handed in as ports.',
      severity: 'error',
      from: { path: `^${programs}/src/(app|domain)/`, pathNot: notTests },
      to: {
        path: [
          '^shared/src/(object-store|key-service)/',
          '^shared/src/(compute|services|config)/',
          '^shared/src/bus/(memory|jetstream)-bus',
          '^shared/src/time/system-',
        ],
      },
    },
    {
      name: 'adapters-do-not-know-app',
      comment: 'An adapter serves a port; it knows neither app nor api.',
      severity: 'error',
      from: { path: `^${programs}/src/adapters/`, pathNot: notTests },
      to: { path: '^$1/src/(app|api|main\\.ts|config\\.ts)' },
    },
    {
      name: 'api-does-not-know-adapters',
      comment: 'api decodes, calls a use case, encodes.',
      severity: 'error',
      from: { path: `^${programs}/src/api/`, pathNot: notTests },
      to: { path: '^$1/src/(adapters|main\\.ts)' },
    },
    {
      name: 'programs-meet-in-proto',
      comment: 'A program never imports another program.',
      severity: 'error',
      from: {
        path: `^(controller|proxy-agent|archiver-appliance|cli|simulator)/`,
        pathNot: notTests,
      },
      to: {
        path: '^(controller|proxy-agent|archiver-appliance|cli|simulator)/',
        pathNot: '^$1/',
      },
    },
    {
      name: 'shared-knows-no-program',
      comment: 'shared is imported by programs, not the other way round.',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(controller|proxy-agent|archiver-appliance|cli|simulator|test|scripts)/' },
    },
    {
      name: 'simulator-knows-nothing-of-firn',
      comment: 'The simulator is a tenant, not a part of Firn.',
      severity: 'error',
      from: { path: '^simulator/' },
      to: { path: ours, pathNot: '^simulator/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Test code is a leaf.',
      severity: 'error',
      from: {
        path: '^(shared|controller|proxy-agent|archiver-appliance|cli|simulator)/src/',
        pathNot: notTests,
      },
      to: { path: ['^test/', '^[a-z-]+/test/', notTests] },
    },
    oneHome('pg/', ['controller/src/adapters/postgres/']),
    oneHome('croner/', ['controller/src/adapters/schedule/']),
    oneHome('node-cron/', ['controller/src/adapters/schedule/']),
    oneHome('@nats-io/', ['shared/src/bus/']),
    oneHome('@azure/storage-blob/', ['shared/src/object-store/azure/']),
    oneHome('@aws-sdk/client-s3/', ['shared/src/object-store/s3/']),
    oneHome('@aws-sdk/client-ec2/', ['controller/src/adapters/ec2/']),
    oneHome('@azure/(arm-compute|arm-resources|identity)/', ['controller/src/adapters/azure/']),
    oneHome('@kubernetes/client-node/', ['controller/src/adapters/kubernetes/']),
    oneHome('@azure/msal-node/', ['proxy-agent/src/adapters/sources/graph/']),
    oneHome('@grpc/grpc-js/', [
      'shared/src/(rpc|gen)/',
      'controller/src/(api|adapters)/grpc/',
      'proxy-agent/src/(api|adapters)/grpc/',
      'archiver-appliance/src/(api|adapters)/grpc/',
    ]),
    oneHome('fastify/', ['controller/src/api/http/', 'simulator/src/']),
    oneHome('pino/', ['shared/src/observe/']),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^shared/src/gen/google/'] },
    includeOnly: undefined,
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.node'],
    },
  },
};
