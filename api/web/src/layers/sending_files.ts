/** Files sent to the service, with how far they have come: `fetch` doesn't tell that. */

import { newKey, Refused, type Problem } from "../service/ask";

const UNREACHABLE: Problem = {
  status: 0,
  code: "unreachable",
  zh: "连接中断，文件没有送达；您填写的内容仍在，请重试。",
  en: "The line broke and the file did not arrive; what you entered is still here: try again.",
};

export interface Sending<T> {
  done: Promise<T>;
  stop: () => void;
}

/** Sends a form; `tell` hears the share that has been sent, 0 to 1. */
export function sendForm<T>(path: string, form: FormData, tell: (share: number) => void): Sending<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText) as T);
      } else reject(new Refused(problemIn(request)));
    });
    request.addEventListener("error", () => reject(new Refused(UNREACHABLE)));
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    request.open("POST", path);
    request.setRequestHeader("idempotency-key", newKey());
    request.send(form);
  });
  return { done, stop: () => request.abort() };
}

function problemIn(request: XMLHttpRequest): Problem {
  const type = request.getResponseHeader("content-type") ?? "";
  if (type.includes("problem+json")) return JSON.parse(request.responseText) as Problem;
  return { ...UNREACHABLE, status: request.status };
}
