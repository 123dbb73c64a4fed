import { useMemo, useRef } from "react";

/**
 * The key of one intention. Every create carries it, so that trying again after
 * a dropped line never does the thing twice.
 */
export function newKey(): string {
  return crypto.randomUUID();
}

/**
 * A key that stays the same across retries of one intention, which is to send
 * the same body. A changed body is a new intention, and so is whatever follows
 * a success:
 *
 *     const once = useOnce();
 *     useMutation({
 *       mutationFn: (body) => done(client.POST("/api/v1/calls", { params: { header: once.key(body) }, body })),
 *       onSuccess: once.renew, // the same again is now meant to be a second one
 *     });
 */
export function useOnce() {
  const kept = useRef<{ key: string; of: string }>(undefined);
  return useMemo(
    () => ({
      key: (body: unknown = null) => {
        const of = JSON.stringify(body);
        if (kept.current?.of !== of) kept.current = { key: newKey(), of };
        return { "Idempotency-Key": kept.current.key };
      },
      renew: () => {
        kept.current = undefined;
      },
    }),
    [],
  );
}
