import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { say } from "../frame/words";

interface DialogProps {
  title: string;
  /** Called when the dialog is left: by its cross, by Esc, by a button of its own. */
  leave: () => void;
  wide?: boolean;
  testid?: string;
  children: ComponentChildren;
}

/** A dialog over the page; the browser's own element keeps the focus inside and gives it back. */
export function Dialog({ title, leave, wide, testid, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-label={title}
      data-testid={testid}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <header class="dialog-head">
        <h2>{title}</h2>
        <button class="close" type="button" aria-label={say("close")} onClick={leave}>
          ×
        </button>
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
