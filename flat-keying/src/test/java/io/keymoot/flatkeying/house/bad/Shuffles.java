package io.keymoot.flatkeying.house.bad;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Breaks the rule against changing orders, once in each method. */
final class Shuffles {
  Object hashMap() {
    return new HashMap<String, String>();
  }

  Supplier<Map<String, String>> hashMapLater() {
    return HashMap::new;
  }

  Object hashSet() {
    return new HashSet<String>();
  }

  Object identityHashMap() {
    return new IdentityHashMap<String, String>();
  }

  Object concurrentHashMap() {
    return new ConcurrentHashMap<String, String>();
  }

  Object setOfTwo() {
    return Set.of("a", "b");
  }

  Object setOfArray(String[] names) {
    return Set.of(names);
  }

  Object mapOfTwo() {
    return Map.of("a", 1, "b", 2);
  }

  Object setCopy(Collection<String> names) {
    return Set.copyOf(names);
  }

  Object mapCopy(Map<String, String> names) {
    return Map.copyOf(names);
  }

  Object toSet(List<String> names) {
    return names.stream().collect(Collectors.toSet());
  }

  Object toMap(List<String> names) {
    return names.stream().collect(Collectors.toMap(n -> n, n -> n));
  }

  Object groupingBy(List<String> names) {
    return names.stream().collect(Collectors.groupingBy(n -> n));
  }
}
