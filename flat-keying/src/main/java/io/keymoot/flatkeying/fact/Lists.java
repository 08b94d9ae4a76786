package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.WireReader;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * What a list has to be beyond its bound. One meaning has one encoding wherever order says nothing.
 */
final class Lists {
  private Lists() {}

  static <T extends Comparable<T>> void mustAscend(WireReader in, List<T> items, String field) {
    for (int i = 1; i < items.size(); i++) {
      if (items.get(i - 1).compareTo(items.get(i)) >= 0) {
        throw in.malformed(field + " do not ascend at item " + i);
      }
    }
  }

  static <T> void mustDiffer(WireReader in, List<T> items, Function<T, ?> identity, String field) {
    Set<Object> seen = new LinkedHashSet<>();
    for (T item : items) {
      if (!seen.add(identity.apply(item))) {
        throw in.malformed(field + " has the same item twice");
      }
    }
  }
}
