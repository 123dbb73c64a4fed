import { useMemo, useRef } from "react";

/**
 * The key of one intention. Every create carries it, so that trying again after
 * a dropped line never does the thing twice.
 */
export function newKey(): string {
  return crypto.randomUUID();
}

/**
 * A key that stays the same across retries of one intention:
 *
 *     const once = useOnce();
 *     useMutation({
 *       mutationFn: (body) => done(client.POST("/api/v1/calls", { params: { header: once.key() }, body })),
 *       onSuccess: once.renew, // the next press is a new intention
 *     });
 */
export function useOnce() {
  const key = useRef<string>(undefined);
  return useMemo(
    () => ({
      key: () => ({ "Idempotency-Key": (key.current ??= newKey()) }),
      renew: () => {
        key.current = undefined;
      },
    }),
    [],
  );
}
