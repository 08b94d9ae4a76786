package io.keymoot.flatkeying.paper;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Some put together all they ever held, and try it on all that was ever posted. */
public final class Coalition {
  private final KeyTable pool = new KeyTable();

  public Coalition(Collection<KeyTable> tables, List<Posted> wire) {
    tables.forEach(pool::addAll);
    List<Posted> closed = new ArrayList<>(wire);
    while (closed.removeIf(posted -> pool.has(posted.gives()) || pool.read(posted))) {
      // What was opened may open more.
    }
  }

  /** Whether they hold this very key. */
  public boolean has(KeyName name, Bytes key) {
    return pool.has(name) && pool.get(name).equals(key);
  }
}
