package io.keymoot.flatkeying.paper;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Some put together all they ever held, and try it on all that was ever posted: with the real
 * bytes, until nothing more opens. More of them may join, and more may be posted.
 */
public final class Coalition {
  private final KeyTable pool = new KeyTable();
  private final Map<KeyName, List<Posted>> byKey = new LinkedHashMap<>();
  private final Deque<Posted> toTry = new ArrayDeque<>();

  public Coalition() {}

  public Coalition(Collection<KeyTable> tables, List<Posted> wire) {
    hear(wire);
    tables.forEach(this::join);
  }

  public void join(KeyTable table) {
    table.names().stream().filter(name -> !pool.has(name)).forEach(name -> has(name, table));
    tryAll();
  }

  private void has(KeyName name, KeyTable table) {
    pool.put(name, table.get(name));
    toTry.addAll(byKey.getOrDefault(name, List.of()));
  }

  public void hear(List<Posted> more) {
    for (Posted posted : more) {
      for (KeyName name : posted.under()) {
        byKey.computeIfAbsent(name, any -> new ArrayList<>()).add(posted);
      }
      toTry.add(posted);
    }
    tryAll();
  }

  private void tryAll() {
    for (Posted next = toTry.poll(); next != null; next = toTry.poll()) {
      if (pool.read(next)) {
        toTry.addAll(byKey.getOrDefault(next.gives(), List.of()));
      }
    }
  }

  /** Whether they hold this very key. */
  public boolean has(KeyName name, Bytes key) {
    return pool.has(name) && pool.get(name).equals(key);
  }
}
