interface TabsProps<T extends string> {
  /** Before the ids of tabs and panel. */
  name: string;
  tabs: readonly { tab: T; text: string; count?: number | undefined }[];
  chosen: T;
  choose: (tab: T) => void;
}

/** A row of tabs; arrow keys go from one to the next. */
export function Tabs<T extends string>({ name, tabs, chosen, choose }: TabsProps<T>) {
  const go = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = tabs.findIndex(({ tab }) => tab === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.tab);
    document.getElementById(`${name}-${next.tab}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" onKeyDown={go}>
      {tabs.map(({ tab, text, count }) => (
        <button
          key={tab}
          id={`${name}-${tab}`}
          type="button"
          role="tab"
          aria-selected={tab === chosen}
          aria-controls={`${name}-panel`}
          tabIndex={tab === chosen ? 0 : -1}
          onClick={() => choose(tab)}
        >
          {text}
          {count !== undefined && <span class="count">{count}</span>}
        </button>
      ))}
    </div>
  );
}
