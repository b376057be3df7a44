/** What somebody without an account asks the service. */

import { ask, sending, type Asked, type LonLat } from "../service/ask";
import type { FoundMatter, FoundPlace, KeptReceipt, Nearby, Progress, Receipt } from "./shapes";

const DOOR = "/api/v1/public";

/** Nobody signs in here: a refusal is said on the page. */
function publicly(asked: Asked = {}, secret?: string): Asked {
  const headers = { ...(asked.headers as Record<string, string> | undefined) };
  if (secret !== undefined) headers["receipt-secret"] = secret;
  return { ...asked, anybody: true, headers };
}

function around([lon, lat]: LonLat): string {
  return `lon=${lon}&lat=${lat}`;
}

export const reporterService = {
  places: async (q: string, signal: AbortSignal): Promise<FoundPlace[]> => {
    const path = `${DOOR}/places?q=${encodeURIComponent(q)}`;
    return (await ask<{ items: FoundPlace[] }>(path, publicly({ signal }))).items;
  },
  matters: async (q: string, signal: AbortSignal): Promise<FoundMatter[]> => {
    const path = `${DOOR}/matters?q=${encodeURIComponent(q)}`;
    return (await ask<{ items: FoundMatter[] }>(path, publicly({ signal }))).items;
  },
  nearby: async (at: LonLat, codes: string[], signal: AbortSignal): Promise<Nearby[]> => {
    const named = codes.map((code) => `&matter=${encodeURIComponent(code)}`).join("");
    const path = `${DOOR}/nearby?${around(at)}${named}`;
    return (await ask<{ items: Nearby[] }>(path, publicly({ signal }))).items;
  },
  report: (body: unknown, key: string) =>
    ask<Receipt>(`${DOOR}/reports`, publicly(sending("POST", body, { key }))),
  photo: ({ receipt, secret }: KeptReceipt, photo: Blob) => {
    const form = new FormData();
    form.append("file", photo, "photo.jpg");
    const path = `${DOOR}/reports/${encodeURIComponent(receipt)}/photos`;
    return ask(path, publicly(sending("POST", form), secret));
  },
  progress: (receipt: string, secret: string) =>
    ask<Progress>(`${DOOR}/reports/${encodeURIComponent(receipt)}`, publicly({}, secret)),
  rate: (receipt: string, secret: string, rating: number, reason: string) => {
    const path = `${DOOR}/reports/${encodeURIComponent(receipt)}/rating`;
    return ask<Progress>(path, publicly(sending("POST", { rating, reason }), secret));
  },
};
