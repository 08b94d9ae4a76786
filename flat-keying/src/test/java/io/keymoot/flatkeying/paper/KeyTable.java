package io.keymoot.flatkeying.paper;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keys by their names. */
public final class KeyTable {
  private final Map<KeyName, Bytes> keys = new LinkedHashMap<>();

  public boolean has(KeyName name) {
    return keys.containsKey(name);
  }

  public Bytes get(KeyName name) {
    Bytes key = keys.get(name);
    if (key == null) {
      throw new IllegalStateException("no " + name);
    }
    return key;
  }

  public void put(KeyName name, Bytes key) {
    keys.put(name, key);
  }

  /** True if it gave a key that was not held before. */
  public boolean read(Posted posted) {
    if (has(posted.gives())) {
      return false;
    }
    posted.open(this).ifPresent(key -> put(posted.gives(), key));
    return has(posted.gives());
  }

  public List<KeyName> names() {
    return List.copyOf(keys.keySet());
  }
}
