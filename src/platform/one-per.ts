/**
 * Keeps one of something for each app, database or the like: it is made when it is first asked for, goes with what it
 * is of, and two apps in one process share nothing.
 */
export function onePer<Key extends object, Kept>(make: (key: Key) => Kept): (key: Key) => Kept {
  const kept = new WeakMap<Key, Kept>();
  return (key) => {
    const present = kept.get(key);
    if (present !== undefined) return present;
    const made = make(key);
    kept.set(key, made);
    return made;
  };
}
