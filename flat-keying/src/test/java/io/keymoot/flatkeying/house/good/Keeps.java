package io.keymoot.flatkeying.house.good;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Comes close to every rule and keeps them all. */
final class Keeps {
  boolean wallTimeIsAnArgument(Instant now, Instant end) {
    return now.isBefore(end);
  }

  byte[] bytesInMemory() throws IOException {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      out.write(1);
      return out.toByteArray();
    }
  }

  double exactMaths(double of) {
    return Math.sqrt(of) + StrictMath.log(of);
  }

  Object plainHandle(VarHandle handle, byte[] bytes) {
    return handle.get(bytes, 0);
  }

  Object oneEntryHasNoOrder() {
    return Map.of("a", Set.of("b")).size() + Set.of().size() + Map.of().size();
  }

  Object kept(List<String> names) {
    Map<String, String> map =
        names.stream().collect(Collectors.toMap(n -> n, n -> n, (a, b) -> a, TreeMap::new));
    return new LinkedHashMap<>(map);
  }
}
