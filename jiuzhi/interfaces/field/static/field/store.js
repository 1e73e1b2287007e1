// What waits on the phone, in IndexedDB. A promise is kept only when the transaction is complete.
let opened;
function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("jiuzhi-field", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "uuid" });
      asked.result.createObjectStore("facts");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}
async function run(store, mode, work) {
  const base = await open();
  return new Promise((resolve, reject) => {
    const all = base.transaction(store, mode, { durability: "strict" });
    const asked = work(all.objectStore(store));
    all.oncomplete = () => resolve(asked.result);
    all.onabort = all.onerror = () => reject(all.error || asked.error);
  });
}
export const put = (item) => run("queue", "readwrite", (s) => s.put(item));
export const drop = (uuid) => run("queue", "readwrite", (s) => s.delete(uuid));
export const all = async () => (await run("queue", "readonly", (s) => s.getAll())).sort((a, b) => a.made - b.made);
export const fact = (name) => run("facts", "readonly", (s) => s.get(name));
export const keep = (name, value) => run("facts", "readwrite", (s) => s.put(value, name));
export const full = (error) => error?.name === "QuotaExceededError";
