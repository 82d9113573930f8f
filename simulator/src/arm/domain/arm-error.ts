/** A refusal as Azure Resource Manager words it: `{"error": {"code", "message"}}`. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ArmError';
    this.status = status;
    this.code = code;
  }
}

export function notFound(id: string): ArmError {
  return new ArmError(404, 'ResourceNotFound', `The Resource '${id}' was not found.`);
}

export function badRequest(message: string): ArmError {
  return new ArmError(400, 'InvalidRequestContent', message);
}
