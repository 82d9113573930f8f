import type { ErrorCodeEntry } from '../codes.ts';

export const controllerCodes = {
  E_NOT_FOUND: {
    retry: 'never',
    meaning: 'There is no such resource.',
    help: 'List the resources and use an id or name that exists.',
  },
  E_REQUEST_INVALID: {
    retry: 'never',
    meaning: 'The request is not what the API describes.',
    help: 'Correct what the message names: --help describes the command, docs/openapi.json all fields.',
  },
  E_UNAUTHENTICATED: {
    retry: 'after-repair',
    meaning: 'The API token is missing, unknown, deleted or expired.',
    help: 'Send "Authorization: Bearer firn_<id>_<secret>" with a token that is valid.',
  },
  E_FORBIDDEN: {
    retry: 'after-repair',
    meaning: 'The API token is not allowed to do this.',
    help: 'Use a token of the scope that the message names.',
  },
  E_NAME_TAKEN: {
    retry: 'never',
    meaning: 'Another resource of this kind has this name.',
    help: 'Choose another name, or delete the other resource.',
  },
  E_IN_USE: {
    retry: 'after-repair',
    meaning: 'Others need what was to be deleted.',
    help: 'Delete those that the message names first. firn job delete --with-copy-jobs deletes copy jobs as well; copies stay.',
  },
  E_CONFLICT: {
    retry: 'later',
    meaning: 'The state of the resource does not allow this now.',
    help: 'Look at the resource again; the message says what stands in the way.',
  },
  E_IDEMPOTENCY_KEY_REUSED: {
    retry: 'never',
    meaning: 'The Idempotency-Key was used before for another request.',
    help: 'Use a new key for each piece of work; repeat a key only with the same request.',
  },
  E_COPY_TARGET_PROXY: {
    retry: 'never',
    meaning: 'A copy job stays on one proxy: source and target must be on the same.',
    help: 'Choose or create a target repository on the proxy of the source.',
  },
  E_COPY_TARGET_RETENTION: {
    retry: 'never',
    meaning: 'Source and target of a copy job must have the same retention type.',
    help: 'Choose or create a target repository of the retention type of the source.',
  },
  E_COPY_TARGET_SAME: {
    retry: 'never',
    meaning: 'The target of a copy job is the repository that it copies from.',
    help: 'Choose another repository.',
  },
  E_ARCHIVE_TARGET: {
    retry: 'never',
    meaning: 'Storage of an archive class can hold copies only.',
    help: 'Back up to a repository of a class that can be read, and copy from there.',
  },
  E_REPOSITORY_NOT_READY: {
    retry: 'later',
    meaning: 'The repository has not been initialized.',
    help: 'Wait for its initialize session; if that failed, delete and create the repository.',
  },
  E_NO_RESTORE_POINT: {
    retry: 'after-repair',
    meaning: 'The backup job has no restore point to copy.',
    help: 'Run the backup job first.',
  },
  E_SESSION_OPEN: {
    retry: 'later',
    meaning: 'A session that must be the only one of its kind has not ended.',
    help: 'Wait for it, or stop it: firn session list, firn session stop.',
  },
  E_RETRIEVAL_NOT_NEEDED: {
    retry: 'never',
    meaning: 'The restore point lies in a class that can be read at once.',
    help: 'Explore and restore it without a retrieval.',
  },
  E_RETRIEVAL_SPEED: {
    retry: 'never',
    meaning: 'The archive class of the restore point does not thaw at this speed.',
    help: 'Choose one of the speeds that the message names.',
  },
  E_RETRIEVAL_PRICE: {
    retry: 'never',
    meaning: 'A retrieval would cost more than 5 % more than its plan said: nothing was thawed.',
    help: 'Plan it again (firn retrieval plan), and start the new plan if its price is right.',
  },
  E_RETRIEVAL_REQUIRED: {
    retry: 'after-repair',
    meaning: 'The restore point lies in an archive class and cannot be read.',
    help: 'Retrieve it first (firn retrieval create), wait until it is retrieved, and name the retrieval.',
  },
  E_RETRIEVAL_NOT_READY: {
    retry: 'later',
    meaning: 'The retrieval is not (or no longer) retrieved.',
    help: 'Wait until its state is retrieved; if it expired or failed, create another.',
  },
  E_RETRIEVAL_MISMATCH: {
    retry: 'never',
    meaning: 'The retrieval is of another restore point.',
    help: 'Name a retrieval of the same restore point.',
  },
  E_PROXY_OFFLINE: {
    retry: 'after-repair',
    meaning: 'The proxy agent is not connected.',
    help: 'Start the proxy agent, or check the network between it and the controller.',
  },
  E_PROXY_TIMEOUT: {
    retry: 'later',
    meaning: 'The proxy agent did not answer in time.',
    help: 'Try again; if it stays, look at the log of the proxy agent.',
  },
  E_PROXY_ANSWER_INVALID: {
    retry: 'never',
    meaning: 'The proxy agent answered with something that this controller does not understand.',
    help: 'Install the same release of controller and proxy agent.',
  },
  E_SESSION_ATTEMPTS_EXHAUSTED: {
    retry: 'after-repair',
    meaning: 'The session was tried too often without an end.',
    help: 'Look at the log of the proxy agent, repair the cause, and start the work again.',
  },
  E_SESSION_STOPPED: {
    retry: 'later',
    meaning: 'The session was stopped by a user.',
    help: 'Start the work again when wanted; what it stored stays.',
  },
  E_WINDOW_CLOSED: {
    retry: 'later',
    meaning: 'The session ran when the backup window of its job closed.',
    help: 'What it stored stays; the next run goes on. Widen the window, or let it not terminate, if runs do not fit.',
  },
  E_APPLIANCE_FAILED: {
    retry: 'after-repair',
    meaning: 'The archiver appliance could not be started, or ended before its work.',
    help: 'Look at the log of the controller, or let the proxy repack: repackBy proxy.',
  },
  E_APPLIANCE_LIMIT: {
    retry: 'after-repair',
    meaning: 'One more archiver appliance would exceed the budget of the month.',
    help: 'Raise FIRN_APPLIANCE_DOLLARS_PER_MONTH_MAX, wait for the next month, or let the proxy repack: repackBy proxy.',
  },
  E_APPLIANCE_CAPACITY: {
    retry: 'later',
    meaning: 'The cloud has no room for this kind of machine in this place at the moment.',
    help: 'Nothing: the next choice of the template is tried. Name more instance types or subnets in it.',
  },
  E_APPLIANCE_QUOTA: {
    retry: 'after-repair',
    meaning: "The account's limit of machines or cores is reached.",
    help: 'Ask the cloud for a higher limit, or take a smaller machine in the appliance template.',
  },
  E_APPLIANCE_PERMISSION: {
    retry: 'after-repair',
    meaning: 'The controller lacks a permission in the cloud; the message names it.',
    help: 'Grant it as in deploy/appliance/, then run: firn appliance test.',
  },
  E_APPLIANCE_UNANSWERED: {
    retry: 'later',
    meaning: 'The cloud did not answer; whether the machine was started is not known yet.',
    help: 'Nothing: the same request is sent again, and what it started is found by its tags.',
  },
  E_ENROLLMENT_TOKEN_INVALID: {
    retry: 'after-repair',
    meaning: 'The enrolment token is unknown, expired or was used before.',
    help: 'Make a new join string: firn proxy join.',
  },
  E_CSR_INVALID: {
    retry: 'never',
    meaning: 'The certificate request cannot be used.',
    help: 'Send PKCS#10 (DER, base64) of an EC P-256 key, signed by that key.',
  },
  E_WORKER_REVOKED: {
    retry: 'never',
    meaning: 'The certificate of this worker was revoked.',
    help: 'Enrol again with a new join string.',
  },
  E_MASTER_KEY_MISMATCH: {
    retry: 'after-repair',
    meaning: 'A secret was sealed with another master key.',
    help: 'Start the controller with the master key file that belongs to this database.',
  },
  E_DATABASE_NEWER: {
    retry: 'after-repair',
    meaning: 'The database was migrated by a newer controller.',
    help: 'Start the newer controller; there is no way back but a backup of the database.',
  },
  E_DATABASE_MIGRATION_CHANGED: {
    retry: 'never',
    meaning: 'A migration that was applied differs from the one of this controller.',
    help: 'Install the release that the database was made by.',
  },
  E_DATABASE_UNAVAILABLE: {
    retry: 'later',
    meaning: 'Postgres does not answer.',
    help: 'Check FIRN_DATABASE_URL and that Postgres runs.',
  },
} as const satisfies Record<string, ErrorCodeEntry>;
